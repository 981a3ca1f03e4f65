/** What generated `client.ts` files call: descriptors in, a typed client out. */
import { systemClock } from "../core/clock.js";
import { systemRandom } from "../core/random.js";
import type { ClientKeyspace } from "../protocol/service.js";
import { Keyspace, messageMethod } from "./keyspace.js";
import { Transport } from "./transport.js";
import type { ClientOptions } from "./types.js";

/**
 * Binds a service's keyspaces to a server; opens no connection before the first call.
 *
 * @typeParam C The client's interface as generated: a member for each keyspace of `keyspaces`, and `close`.
 */
export function connectService<C>(options: ClientOptions, keyspaces: { readonly [name: string]: ClientKeyspace }): C;
export function connectService(
  options: ClientOptions,
  keyspaces: { readonly [name: string]: ClientKeyspace },
): { readonly [name: string]: unknown } {
  const transport = new Transport(options, systemClock, systemRandom);
  const client: Record<string, unknown> = { close: () => transport.close() };
  for (const [name, descriptor] of Object.entries(keyspaces)) {
    const keyspace = new Keyspace(transport, descriptor);
    for (const [message, { request }] of Object.entries(descriptor.messages)) {
      Object.defineProperty(keyspace, message, {
        value: messageMethod(keyspace, message, request !== undefined),
        enumerable: true,
      });
    }
    client[name] = keyspace;
  }
  return client;
}
