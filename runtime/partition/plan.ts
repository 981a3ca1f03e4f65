/** A keyspace's descriptor made ready to run: types fetched, keys bound to schema ids, handler functions looked up. */
import { AffinityError } from "../core/errors.js";
import type { KeyspaceDescriptor, MessageDescriptor, StoreDescriptor } from "../protocol/service.js";
import type { AnyType } from "../schema/type.js";
import type { KeyspaceSchemaIds } from "../state/access.js";
import { FramedCodec } from "../state/framed-codec.js";
import { KeyCodec } from "../state/keys.js";

/** The user's code for one keyspace: an object, or an instance of a class, with a method for each message. */
export type KeyspaceHandler = object;

export interface StorePlan {
  /** Place in `KeyspacePlan.stores`, also that of its topic. */
  readonly index: number;
  readonly name: string;
  readonly topic: string;
  readonly keys: KeyCodec;
  readonly values: FramedCodec;
  /** Others write its topic: it is among the plan's `externalStores`. */
  readonly isExternal: boolean;
  /** It has a key type of its own and lives in the partition of the key that the handler was called with. */
  readonly hasOwnKeys: boolean;
}

export interface MessagePlan {
  /** Place among the keyspace's messages. */
  readonly index: number;
  readonly name: string;
  readonly isWrite: boolean;
  readonly request: AnyType | undefined;
  readonly reply: AnyType | undefined;
  /** Id of the reply's schema, with which an answer is remembered. */
  readonly replySchema: number | undefined;
  /** Codes that its handler may reject with. */
  readonly errors: ReadonlySet<string>;
  /** Calls the user's function. */
  readonly run: (context: object, key: unknown, request: unknown) => unknown;
}

export interface KeyspacePlan {
  readonly descriptor: KeyspaceDescriptor;
  readonly schemaIds: KeyspaceSchemaIds;
  readonly name: string;
  readonly keys: KeyCodec;
  readonly stores: readonly StorePlan[];
  /** Those whose topics make the log of the partition, which its master writes. */
  readonly ownStores: readonly StorePlan[];
  /** Those whose topics others write. */
  readonly externalStores: readonly StorePlan[];
  /** The store named like the keyspace: the one that get, put, delete and list are about. */
  readonly exposed: StorePlan | undefined;
  readonly messages: ReadonlyMap<string, MessagePlan>;
  /** Under which keys rows are stored: another text means that a memstore must be rebuilt. */
  readonly layout: string;
}

export interface PlanRequest {
  readonly descriptor: KeyspaceDescriptor;
  readonly schemaIds: KeyspaceSchemaIds;
  /** Absent where the keyspace has no messages. */
  readonly handler: KeyspaceHandler | undefined;
}

/** @throws HANDLER_MISSING when a message has no function, CONFIG_INVALID when a schema id is missing. */
export function planKeyspace(request: PlanRequest): KeyspacePlan {
  const { descriptor, schemaIds } = request;
  const type = descriptor.key();
  const keys = new KeyCodec({
    subject: `keyspace ${descriptor.name}`,
    type,
    encoding: descriptor.keyEncoding,
    schemaId: schemaIds.key,
    partitions: descriptor.partitions,
  });
  const stores = Object.values(descriptor.stores).map((store, index) => planStore(request, keys, store, index));
  return {
    descriptor,
    schemaIds,
    name: descriptor.name,
    keys,
    stores,
    ownStores: stores.filter(({ isExternal }) => !isExternal),
    externalStores: stores.filter(({ isExternal }) => isExternal),
    exposed: stores.find(({ name }) => name === descriptor.name),
    messages: new Map(
      Object.values(descriptor.messages).map((message, index) => [message.name, planMessage(request, message, index)]),
    ),
    layout: layoutOf(descriptor, stores),
  };
}

function layoutOf(descriptor: KeyspaceDescriptor, stores: readonly StorePlan[]): string {
  const otherKeys = stores.filter(({ hasOwnKeys }) => hasOwnKeys);
  return [
    `1;${descriptor.keyEncoding};${descriptor.partitions};${descriptor.key().fingerprint}`,
    ...otherKeys.map(({ name }) => `${name}=${descriptor.stores[name]?.key().fingerprint}`).sort(),
  ].join(";");
}

function planStore(request: PlanRequest, keys: KeyCodec, store: StoreDescriptor, index: number): StorePlan {
  const { descriptor, schemaIds } = request;
  const type = store.key();
  const hasOwnKeys = type !== descriptor.key();
  const isExternal = store.isExternal === true;
  const valueId = schemaIds.stores[store.name];
  const keyId = hasOwnKeys ? schemaIds.storeKeys?.[store.name] : schemaIds.key;
  if (valueId === undefined || keyId === undefined)
    throw new AffinityError(
      "CONFIG_INVALID",
      `store ${descriptor.name}.${store.name}: its ${valueId === undefined ? "value" : "key"} schema has no id; register it before the keyspace is opened`,
    );
  return {
    index,
    name: store.name,
    topic: store.topic,
    keys:
      hasOwnKeys || isExternal
        ? new KeyCodec({
            subject: `store ${descriptor.name}.${store.name}`,
            type,
            encoding: hasOwnKeys ? "avro" : descriptor.keyEncoding,
            schemaId: keyId,
            partitions: descriptor.partitions,
            writers: isExternal ? schemaIds.writers : undefined,
          })
        : keys,
    values: new FramedCodec(store.value(), valueId, schemaIds.writers),
    isExternal,
    hasOwnKeys,
  };
}

function planMessage(
  { descriptor, schemaIds, handler }: PlanRequest,
  message: MessageDescriptor,
  index: number,
): MessagePlan {
  const found: unknown = handler === undefined ? undefined : Reflect.get(handler, message.name);
  if (handler === undefined || typeof found !== "function")
    throw new AffinityError(
      "HANDLER_MISSING",
      `keyspace ${descriptor.name}: there is no function for message ${message.name}; add to the handler: async ${message.name}(context, key${message.request === undefined ? "" : ", request"}) { … }`,
    );
  return {
    index,
    name: message.name,
    isWrite: message.access === "write",
    request: message.request?.(),
    reply: message.reply?.(),
    replySchema: schemaIds.messages[message.name]?.reply,
    errors: new Set(message.errors),
    run: (context, key, request) => Reflect.apply(found, handler, [context, key, request]),
  };
}
