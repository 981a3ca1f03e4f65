/**
 * What the gateway asks of a keyspace, whichever node its partitions live on: bytes in, bytes out, so that a request can be
 * forwarded as it is. Typed values exist only above (gateway, clients) and below (handlers).
 */
import type { OrderedKey, StoredRow } from "../memstore/memstore.js";
import type { KeyspaceDescriptor } from "../protocol/service.js";
import type { WriterSchemas } from "./writer-schemas.js";

/** A key in the three forms that the runtime needs. */
export interface KeyAddress {
  readonly partition: number;
  /** As in the topic: Confluent-framed Avro, or UTF-8 text. Its murmur2 gives the partition. */
  readonly serialized: Uint8Array;
  /** As in the memstore. */
  readonly ordered: OrderedKey;
}

/** `Affinity-Position`: where a write, or the last change of a row, stands in the log. */
export interface Position {
  readonly partition: number;
  readonly epoch: number;
  readonly batch: number;
  /** Next offset after the write, by topic; a message that wrote several stores lists several. */
  readonly offsets: readonly { readonly topic: string; readonly offset: bigint }[];
}

/** The version of a row, the part of its ETag before `;`. */
export type RowVersion = string;

/** Conditions of RFC 9110 on a write. */
export interface Conditions {
  /** Versions of which one must be the row's; `*`: the row must exist. */
  readonly ifMatch?: readonly RowVersion[] | "*";
  /** Versions of which none may be the row's; `*`: the row must not exist. */
  readonly ifNoneMatch?: readonly RowVersion[] | "*";
}

/** An idempotency key and what it was used for. */
export interface Idempotency {
  readonly key: string;
  /** Hash of method, path and body: another one under the same key is IDEMPOTENCY_MISMATCH. 16 bytes. */
  readonly request: Uint8Array;
  /** Time in the key, ms, where it carries one (UUIDv7). */
  readonly time?: number;
}

/** Of every call. */
export interface CallOptions {
  /** Milliseconds from now until the caller gives up: ASK_TIMEOUT then. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends CallOptions, Conditions {
  readonly idempotency?: Idempotency;
  /** Nobody asks whether a row was there: a put is made without looking, and `existed` is false. */
  readonly isBlind?: boolean;
}

/** What a write answers. The same for the first attempt and for every retry of it. */
export interface WriteAnswer {
  readonly position: Position;
  /** Whether a row was there before. */
  readonly existed: boolean;
}

/** What a message answers. */
export interface MessageAnswer {
  /** Avro binary of the reply without frame; absent when the message has none. */
  readonly reply?: Uint8Array;
  /** Of a reply that was remembered: the id of the schema that it was written with, which may be an earlier one. */
  readonly replySchema?: number;
  /** Absent when nothing was written. */
  readonly position?: Position;
}

/** One row of a list. */
export interface ListedRow {
  readonly address: KeyAddress;
  readonly row: StoredRow;
}

/** A range over the whole keyspace in key order. */
export interface ListRequest {
  readonly from?: OrderedKey | undefined;
  readonly to?: OrderedKey | undefined;
  readonly reverse?: boolean;
  readonly limit: number;
}

/** A keyspace as the gateway sees it. */
export interface KeyspaceAccess {
  readonly descriptor: KeyspaceDescriptor;
  /** Schema id of a store's values, of the keys, and of messages' requests and replies. */
  readonly schemaIds: KeyspaceSchemaIds;
  /** @throws KEY_INVALID */
  address(key: unknown): KeyAddress;
  /** The typed key of an ordered key. */
  keyOf(ordered: OrderedKey): unknown;
  /** Of the exposed store. Linearizable per key. @throws PARTITION_NOT_READY, PARTITION_NOT_MASTER */
  get(address: KeyAddress, options: CallOptions): StoredRow | undefined | Promise<StoredRow | undefined>;
  /** @param value Confluent-framed Avro, checked by the caller. */
  put(address: KeyAddress, value: Uint8Array, options: WriteOptions): Promise<WriteAnswer>;
  delete(address: KeyAddress, options: WriteOptions): Promise<WriteAnswer>;
  /** @param request Avro binary without frame, checked by the caller. */
  call(
    address: KeyAddress,
    message: string,
    request: Uint8Array | undefined,
    options: WriteOptions,
  ): Promise<MessageAnswer>;
  /** One page, merged over all partitions. */
  list(request: ListRequest, options: CallOptions): Promise<readonly ListedRow[]>;
  /** All rows of a range in key order, from one snapshot of each partition. Pages of at most 1,000. */
  stream(
    request: Omit<ListRequest, "limit">,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<readonly ListedRow[]>;
}

export interface KeyspaceSchemaIds {
  /** Schemas of other ids, with which values may have been written. Absent: only those below are read. */
  readonly writers?: WriterSchemas;
  readonly key: number;
  /** Of the keys of stores that have a key type of their own. */
  readonly storeKeys?: { readonly [store: string]: number };
  readonly stores: { readonly [store: string]: number };
  readonly messages: { readonly [message: string]: { readonly request?: number; readonly reply?: number } };
}

/** What a partition tells of itself. */
export interface PartitionStatus {
  readonly keyspace: string;
  readonly partition: number;
  readonly role: "master" | "standby";
  /** A named state of the partition's life cycle. */
  readonly state: string;
  readonly epoch: number;
  readonly lagRecords: bigint;
  /** While it restores. */
  readonly restore?: RestorePace;
  /** Why it has failed, or what it waits for. */
  readonly reason?: string;
}

/** How far a restore is. Gaps that compaction left in the log count as records. */
export interface RestorePace {
  readonly totalRecords: bigint;
  readonly doneRecords: bigint;
  /** Absent until it is known. */
  readonly recordsPerSecond?: number;
  readonly secondsLeft?: number;
}

/** All keyspaces of a node. */
export interface Router {
  readonly keyspaces: ReadonlyMap<string, KeyspaceAccess>;
  status(): readonly PartitionStatus[];
}

/** The text of a row's version. */
export function rowVersion(row: StoredRow): RowVersion {
  return `${row.epoch}.${row.batch}.${offsetText(row.offset)}`;
}

/** Decimal text of an offset; that of a number is made much faster than that of a bigint. */
export function offsetText(offset: bigint): string {
  return offset <= 9_007_199_254_740_991n ? String(Number(offset)) : String(offset);
}
