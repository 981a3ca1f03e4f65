/**
 * The client of a service, for browsers and Node.js alike: it needs `fetch` and `crypto` of the platform and nothing else.
 * Generated clients are a thin typed cover of it.
 */
import { systemClock } from "../core/clock.js";
import { systemRandom } from "../core/random.js";
import type { ClientKeyspace } from "../protocol/service.js";
import { keyspaceClient } from "./keyspace-client.js";
import { Transport } from "./transport.js";
import type { ClientOptions } from "./types.js";

/**
 * Binds descriptors to a service. Opens no connection before the first call.
 *
 * @typeParam C What the generator wrote for these very descriptors: a member for each of `keyspaces`, and `close`. Nothing
 * here checks that they agree.
 */
export function connectService<C>(options: ClientOptions, keyspaces: { readonly [name: string]: ClientKeyspace }): C;
export function connectService(
  options: ClientOptions,
  keyspaces: { readonly [name: string]: ClientKeyspace },
): { readonly [name: string]: unknown } {
  const transport = new Transport(options, systemClock, systemRandom);
  const client: { [name: string]: unknown } = { close: () => transport.close() };
  for (const [name, keyspace] of Object.entries(keyspaces)) client[name] = keyspaceClient(transport, keyspace);
  return client;
}
