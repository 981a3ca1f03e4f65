/** How far a partition's log is applied, and the reader's rule that masters, standbys and restores share. */
import type { RecordHeaders } from "../changelog/changelog.js";
import type { Checkpoint, OrderedKey } from "../memstore/memstore.js";

/** What a checkpoint says beside the progress itself. */
export interface ProgressSetting {
  readonly topics: readonly string[];
  readonly incarnations: { readonly [topic: string]: string };
  readonly layout: string;
}

export class Progress {
  readonly #setting: ProgressSetting;
  /** Newest offset that was applied or passed over, by place of the topic: the next one is one more. */
  readonly #passed: bigint[];
  #epoch = 0;
  #batch = 0;
  #writer = 0n;
  #index = 0;
  readonly #shadowed: Set<string>;
  #shadowedList: readonly string[];
  /** When this reader last stood at the log's end, ms. */
  caughtUpTime: number;

  constructor(setting: ProgressSetting, from: Checkpoint | undefined, now: number) {
    this.#setting = setting;
    this.#passed = setting.topics.map((topic) => (from?.offsets[topic] ?? 0n) - 1n);
    if (from !== undefined) {
      this.#epoch = from.epoch;
      this.#batch = from.batch;
      this.#writer = from.writer;
      this.#index = from.index;
    }
    this.#shadowedList = from?.shadowed ?? [];
    this.#shadowed = new Set(this.#shadowedList);
    this.caughtUpTime = from?.caughtUpTime ?? now;
  }

  /** Highest epoch applied. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Highest batch of that epoch applied. */
  get batch(): number {
    return this.#batch;
  }

  get topics(): readonly string[] {
    return this.#setting.topics;
  }

  /** Keys whose newest record was ignored: `<store>\0<ordered key>`. */
  get shadowed(): ReadonlySet<string> {
    return this.#shadowed;
  }

  /** Which topic of a name the offsets belong to. */
  incarnation(topic: string): string | undefined {
    return this.#setting.incarnations[topic];
  }

  /** Next offset to apply. */
  offset(topic: number): bigint {
    return (this.#passed[topic] ?? -1n) + 1n;
  }

  moveTo(topic: number, offset: bigint): void {
    this.#passed[topic] = offset - 1n;
  }

  /** As `moveTo` the offset behind this one; called for each record of a restore, it makes no number. */
  pass(topic: number, offset: bigint): void {
    this.#passed[topic] = offset;
  }

  /**
   * The reader's rule: whether a record of these headers may be applied. It is above the highest (epoch, batch) before it,
   * or a further one of the same batch of the same writer; else it is a duplicate, or late.
   */
  admits({ epoch, batch, index, writer }: RecordHeaders): boolean {
    if (epoch !== this.#epoch) return epoch > this.#epoch;
    if (batch !== this.#batch) return batch > this.#batch;
    // Compaction may have taken indexes in between.
    return writer === this.#writer && index > this.#index;
  }

  /** Remembers headers of an applied record as the highest. */
  advance(epoch: number, batch: number, writer: bigint, index: number): void {
    this.#epoch = epoch;
    this.#batch = batch;
    this.#writer = writer;
    this.#index = index;
  }

  /** The newest record of a key was ignored: compaction will keep it and drop the valid one. */
  shadow(store: string, key: OrderedKey): void {
    this.#shadowed.add(`${store}\0${key}`);
    this.#shadowedList = [...this.#shadowed];
  }

  /** The newest record of a key is applied. */
  unshadow(store: string, key: OrderedKey): void {
    if (this.#shadowed.size > 0 && this.#shadowed.delete(`${store}\0${key}`)) this.#shadowedList = [...this.#shadowed];
  }

  checkpoint(): Checkpoint {
    const offsets: { [topic: string]: bigint } = {};
    for (const [at, topic] of this.#setting.topics.entries()) offsets[topic] = this.offset(at);
    return {
      offsets,
      epoch: this.#epoch,
      batch: this.#batch,
      writer: this.#writer,
      index: this.#index,
      shadowed: this.#shadowedList,
      caughtUpTime: this.caughtUpTime,
      incarnations: this.#setting.incarnations,
      layout: this.#setting.layout,
    };
  }
}
