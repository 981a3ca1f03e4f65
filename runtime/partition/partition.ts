/**
 * One partition of a keyspace over all its stores, as the container sees it. Plain reads are answered here; how calls run
 * is in `tenure.ts`, how a write becomes durable in `write-path.ts`, what a handler may do in `handler-run.ts`, and when the
 * partition serves at all in `partition-life.ts`.
 */
import type { AffinityError } from "../core/errors.js";
import type { KeyedRow, MemSnapshot, OrderedKey, RangeRequest, StoredRow } from "../memstore/memstore.js";
import type {
  CallOptions,
  KeyAddress,
  MessageAnswer,
  PartitionStatus,
  WriteAnswer,
  WriteOptions,
} from "../state/access.js";
import { type Call, HeldRead, MessageCall, WriteCall } from "./call.js";
import type { PartitionState } from "./life-cycle.js";
import { PartitionLife } from "./partition-life.js";
import type { PartitionParts } from "./partition-parts.js";
import type { MessagePlan } from "./plan.js";

export class Partition {
  readonly #parts: PartitionParts;
  readonly #life: PartitionLife;
  /** The store that is named like the keyspace. */
  readonly #storeName: string | undefined;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
    this.#life = new PartitionLife(parts);
    this.#storeName = parts.plan.exposed?.name;
  }

  get status(): PartitionStatus {
    return this.#life.status;
  }

  /** Resolves with the state as soon as it is one of `wanted`. */
  reached(...wanted: readonly PartitionState[]): Promise<PartitionState> {
    return this.#life.reached(...wanted);
  }

  /** Begins its life. Resolves when it serves for the first time. @throws what it failed with, or SHUTTING_DOWN. */
  open(): Promise<void> {
    return this.#life.open();
  }

  /**
   * Refuses new calls, finishes those that were accepted, as far as `drainMs` allows, makes the memstore persistent and
   * gives mastership up. Idempotent.
   */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  /** Makes `stop` end everything at once: accepted calls fail, and the memstore is not made persistent. */
  kill(): void {
    this.#life.kill();
  }

  // -- reads ---------------------------------------------------------------------------------------------------------

  /** A committed row of the store that is named like the keyspace. */
  get(key: OrderedKey, options: CallOptions): StoredRow | undefined | Promise<StoredRow | undefined> {
    const { store } = this.#life;
    if (this.mayRead() && store !== undefined && this.#storeName !== undefined) return store.get(this.#storeName, key);
    return this.#getLater(key, options);
  }

  /** Whether committed rows may be read in this turn. */
  mayRead(): boolean {
    const { state, tenure } = this.#life;
    return state === "serving" && tenure?.mayAnswer() === true;
  }

  /** Resolves when rows may be read, which has to be asked again then. @throws what a call would be told now. */
  async readable(options: CallOptions): Promise<void> {
    if (this.mayRead()) return;
    const call = new HeldRead(options, this.#now());
    this.#submit(call);
    await call.promise;
  }

  /** Committed rows, in the turn in which `mayRead` was asked. */
  range(request: Omit<RangeRequest, "store">): readonly KeyedRow[] {
    const { store } = this.#life;
    if (store === undefined || this.#storeName === undefined) return [];
    return store.range({ ...request, store: this.#storeName });
  }

  /** A frozen view of the committed rows, in the turn in which `mayRead` was asked; must be closed. */
  snapshot(): MemSnapshot {
    const { store } = this.#life;
    if (store === undefined) throw this.#refusal(false);
    return store.snapshot();
  }

  // -- writes and messages -------------------------------------------------------------------------------------------

  put(address: KeyAddress, value: Uint8Array, options: WriteOptions): Promise<WriteAnswer> {
    const call = new WriteCall(address, value, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  delete(address: KeyAddress, options: WriteOptions): Promise<WriteAnswer> {
    const call = new WriteCall(address, null, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  call(
    address: KeyAddress,
    message: MessagePlan,
    request: Uint8Array | undefined,
    options: WriteOptions,
  ): Promise<MessageAnswer> {
    const call = new MessageCall(address, message, request, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  // ------------------------------------------------------------------------------------------------------------------

  #now(): number {
    return this.#parts.clock.monotonic();
  }

  #submit(call: Call): void {
    const { state, tenure } = this.#life;
    if (tenure !== undefined && (state === "serving" || state === "recovering")) tenure.submit(call);
    else call.fail(this.#refusal(call.isWrite));
  }

  #refusal(isWrite: boolean): AffinityError {
    const { errors, state, trouble } = this.#life;
    return errors.notServing(state, trouble, isWrite);
  }

  async #getLater(key: OrderedKey, options: CallOptions): Promise<StoredRow | undefined> {
    const { errors } = this.#life;
    const name = this.#storeName;
    if (name === undefined)
      throw errors.make("ROUTE_NOT_FOUND", `${this.#parts.plan.name} has no store of its own name`);
    while (!this.mayRead()) await this.readable(options);
    return this.#life.store?.get(name, key);
  }
}
