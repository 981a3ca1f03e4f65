/** The partitions of one keyspace that this node hosts: all of them, as long as there is one node. */
import { AffinityError } from "../core/errors.js";
import type { OrderedKey, StoredRow } from "../memstore/memstore.js";
import type { Partition } from "../partition/partition.js";
import type { KeyspacePlan } from "../partition/plan.js";
import type { KeyspaceDescriptor } from "../protocol/service.js";
import type {
  CallOptions,
  KeyAddress,
  KeyspaceAccess,
  KeyspaceSchemaIds,
  ListedRow,
  ListRequest,
  MessageAnswer,
  WriteAnswer,
  WriteOptions,
} from "../state/access.js";
import { type Bounds, isNewer, MergedRows, type RowSource } from "./merge.js";

/** Rows of a page of `stream`, at most. */
const streamPageRows = 1_000;
/** Bytes of values after which a page of `stream` is full. */
const streamPageBytes = 1024 * 1024;
/** Rows that `stream` reads of one partition at once; so many of each partition are in memory. */
const streamChunkRows = 64;

export class Container implements KeyspaceAccess {
  readonly descriptor: KeyspaceDescriptor;
  readonly schemaIds: KeyspaceSchemaIds;
  readonly #plan: KeyspacePlan;
  readonly #partitions: readonly Partition[];

  constructor(plan: KeyspacePlan, partitions: readonly Partition[]) {
    this.descriptor = plan.descriptor;
    this.schemaIds = plan.schemaIds;
    this.#plan = plan;
    this.#partitions = partitions;
  }

  get partitions(): readonly Partition[] {
    return this.#partitions;
  }

  address(key: unknown): KeyAddress {
    return this.#plan.keys.address(key);
  }

  keyOf(ordered: OrderedKey): unknown {
    return this.#plan.keys.typedOf(ordered);
  }

  get(address: KeyAddress, options: CallOptions): StoredRow | undefined | Promise<StoredRow | undefined> {
    if (this.#plan.exposed?.isExternal === true) return this.#getAnywhere(address, options);
    return this.#partition(address.partition).get(address.ordered, options);
  }

  /** Others may place keys as they like: by another schema id in the key's bytes, or by a partitioner of their own. */
  async #getAnywhere({ ordered }: KeyAddress, options: CallOptions): Promise<StoredRow | undefined> {
    const rows = await Promise.all(this.#partitions.map((partition) => partition.get(ordered, options)));
    return rows.reduce((newest, row) => (isNewer(row, newest) ? row : newest), undefined);
  }

  put(address: KeyAddress, value: Uint8Array, options: WriteOptions): Promise<WriteAnswer> {
    return this.#partition(address.partition).put(address, value, options);
  }

  delete(address: KeyAddress, options: WriteOptions): Promise<WriteAnswer> {
    return this.#partition(address.partition).delete(address, options);
  }

  call(
    address: KeyAddress,
    message: string,
    request: Uint8Array | undefined,
    options: WriteOptions,
  ): Promise<MessageAnswer> {
    const plan = this.#plan.messages.get(message);
    if (plan === undefined)
      return Promise.reject(
        new AffinityError("ROUTE_NOT_FOUND", `keyspace ${this.#plan.name}: there is no message ${message}`, {
          applied: "no",
        }),
      );
    return this.#partition(address.partition).call(address, plan, request, options);
  }

  async list(request: ListRequest, options: CallOptions): Promise<readonly ListedRow[]> {
    while (!this.#mayRead()) await this.#readable(options);
    // One synchronous turn with the check: the page is of one moment, and each partition's lease covers it.
    const chunk = Math.min(request.limit, Math.ceil(request.limit / this.#partitions.length) + 8);
    const rows = new MergedRows(this.#sources(), boundsOf(request), { chunk, hasDoubles: this.#hasDoubles });
    const page: ListedRow[] = [];
    while (page.length < request.limit) {
      const row = rows.shift();
      if (row === undefined) break;
      page.push({ address: this.#plan.keys.addressOf(row.key, row.partition), row: row.row });
    }
    return page;
  }

  async *stream(
    request: Omit<ListRequest, "limit">,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly ListedRow[]> {
    const { signal } = options;
    while (!this.#mayRead()) await this.#readable({ timeoutMs: Number.POSITIVE_INFINITY, signal });
    const snapshots: { readonly partition: number; readonly snapshot: ReturnType<Partition["snapshot"]> }[] = [];
    try {
      const store = this.#plan.exposed?.name ?? "";
      for (const [number, partition] of this.#partitions.entries())
        snapshots.push({ partition: number, snapshot: partition.snapshot() });
      const sources = snapshots.map(({ partition, snapshot }) => ({
        partition,
        read: (bounds: Bounds, limit: number) => snapshot.range({ store, ...bounds, limit }),
      }));
      const rows = new MergedRows(sources, boundsOf(request), { chunk: streamChunkRows, hasDoubles: this.#hasDoubles });
      for (;;) {
        signal.throwIfAborted();
        const page = this.#page(rows);
        if (page.length === 0) return;
        // A snapshot may be older than the lease; it says what was true at one moment while the lease held.
        yield page;
      }
    } finally {
      for (const { snapshot } of snapshots) snapshot.close();
    }
  }

  get #hasDoubles(): boolean {
    return this.#plan.exposed?.isExternal === true;
  }

  #page(rows: MergedRows): readonly ListedRow[] {
    const page: ListedRow[] = [];
    let bytes = 0;
    while (page.length < streamPageRows && bytes < streamPageBytes) {
      const row = rows.shift();
      if (row === undefined) break;
      bytes += row.row.value.length;
      page.push({ address: this.#plan.keys.addressOf(row.key, row.partition), row: row.row });
    }
    return page;
  }

  #sources(): readonly RowSource[] {
    return this.#partitions.map((partition, number) => ({
      partition: number,
      read: (bounds, limit) => partition.range({ ...bounds, limit }),
    }));
  }

  /** Whether every partition may be read in this turn. */
  #mayRead(): boolean {
    if (this.#plan.exposed === undefined)
      throw new AffinityError("ROUTE_NOT_FOUND", `keyspace ${this.#plan.name} has no store of its own name`);
    return this.#partitions.every((partition) => partition.mayRead());
  }

  /** Resolves when it may be asked again. */
  async #readable(options: CallOptions): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.readable(options)));
  }

  #partition(number: number): Partition {
    const partition = this.#partitions[number];
    if (partition === undefined)
      throw new AffinityError("INTERNAL", `keyspace ${this.#plan.name} has no partition ${number}`);
    return partition;
  }
}

function boundsOf({ from, to, reverse }: Omit<ListRequest, "limit">): Bounds {
  return { from, to, reverse: reverse === true };
}
