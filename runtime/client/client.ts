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
 * @param keyspaces By the name that `C` has for them. `C` is what the generator wrote for these very descriptors: nothing
 * here checks that they agree.
 */
export function connectService<C>(options: ClientOptions, keyspaces: { readonly [name: string]: ClientKeyspace }): C {
  const transport = new Transport(options, systemClock, systemRandom);
  const client: unknown = {
    ...Object.fromEntries(
      Object.entries(keyspaces).map(([name, keyspace]) => [name, keyspaceClient(transport, keyspace)]),
    ),
    close: () => transport.close(),
  };
  return client as C;
}
