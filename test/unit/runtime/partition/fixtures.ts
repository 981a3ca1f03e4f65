/** A small keyspace on the memory adapters, for tests of partitions and routers. */
import { MemoryChangelog, type MemoryChangelogOptions } from "../../../../runtime/changelog/memory-changelog.js";
import { MemoryLogStorage } from "../../../../runtime/changelog/memory-log-storage.js";
import { type OpenRouter, openRouter, type RouterParts } from "../../../../runtime/cluster/router.js";
import { MemoryCoordinator, MemoryEpochs } from "../../../../runtime/coordinator/memory-coordinator.js";
import { systemClock } from "../../../../runtime/core/clock.js";
import { AffinityError } from "../../../../runtime/core/errors.js";
import { silentLogger } from "../../../../runtime/core/logger.js";
import { SeededRandom } from "../../../../runtime/core/random.js";
import { MemoryMemStore } from "../../../../runtime/memstore/memory-memstore.js";
import type { KeyspaceDescriptor, MessageDescriptor, ServiceDescriptor } from "../../../../runtime/protocol/service.js";
import { frame, unframe } from "../../../../runtime/schema/framing.js";
import { intType, stringType } from "../../../../runtime/schema/primitive-types.js";
import type { AnyType } from "../../../../runtime/schema/type.js";
import type { KeyspaceAccess } from "../../../../runtime/state/access.js";

export const text: AnyType = stringType;
export const number: AnyType = intType;

export const valueId = 2;

export function message(name: string, options: Partial<MessageDescriptor> = {}): MessageDescriptor {
  return {
    name,
    access: "write",
    errors: [],
    requestSubject: `${name}-request`,
    replySubject: `${name}-reply`,
    ...options,
  };
}

/** Keyspace `counts`: text to whole number, and what `extra` adds. */
export function counts(extra: Partial<KeyspaceDescriptor> = {}): KeyspaceDescriptor {
  return {
    name: "counts",
    key: () => text,
    keyEncoding: "avro",
    partitions: 1,
    replicas: 1,
    path: "/counts",
    expose: ["get", "put", "delete", "list"],
    stores: {
      counts: {
        name: "counts",
        key: () => text,
        value: () => number,
        topic: "t-counts",
        keySubject: "t-counts-key",
        valueSubject: "t-counts-value",
      },
    },
    messages: {},
    ...extra,
  };
}

/** What lives on when a node is restarted. */
export interface World {
  readonly storage: MemoryLogStorage;
  readonly epochs: MemoryEpochs;
  readonly memstore: MemoryMemStore;
}

export function world(): World {
  return { storage: new MemoryLogStorage(), epochs: new MemoryEpochs(), memstore: new MemoryMemStore() };
}

export interface Node {
  readonly router: OpenRouter;
  readonly changelog: MemoryChangelog;
  readonly counts: KeyspaceAccess;
}

export interface NodeOptions {
  readonly keyspace?: KeyspaceDescriptor;
  readonly handler?: object;
  readonly changelog?: Partial<MemoryChangelogOptions>;
  readonly router?: Partial<RouterParts>;
}

/** Opens a node with one keyspace over a world. */
export async function openNode(on: World, options: NodeOptions = {}): Promise<Node> {
  const keyspace = options.keyspace ?? counts();
  const clock = options.router?.clock ?? systemClock;
  const random = options.router?.random ?? new SeededRandom(1);
  const changelog = new MemoryChangelog({ clock, random, storage: on.storage, ...options.changelog });
  const service: ServiceDescriptor = {
    name: "t",
    inputs: "",
    keyspaces: { [keyspace.name]: keyspace },
    openapi: () => ({}),
  };
  const stores = Object.keys(keyspace.stores);
  const router = await openRouter({
    service,
    handlers: options.handler === undefined ? {} : { [keyspace.name]: options.handler },
    changelog,
    memstore: on.memstore,
    coordinator: new MemoryCoordinator({ epochs: on.epochs }),
    schemaIds: {
      [keyspace.name]: {
        key: 1,
        storeKeys: Object.fromEntries(stores.map((store) => [store, 3])),
        stores: Object.fromEntries(stores.map((store) => [store, valueId])),
        messages: {},
      },
    },
    clock,
    random,
    logger: silentLogger,
    historyMs: 3_600_000,
    tombstoneMs: 86_400_000,
    ...options.router,
  });
  const access = router.keyspaces.get(keyspace.name);
  if (access === undefined) throw new Error("no keyspace");
  return { router, changelog, counts: access };
}

export const value = (count: number): Uint8Array => frame(valueId, number.encode(count));
export const countOf = (row: { readonly value: Uint8Array } | undefined): unknown =>
  row === undefined ? undefined : number.decode(unframe(row.value).payload);
export const soon = { timeoutMs: 5_000 };

/** The error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<AffinityError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AffinityError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}
