/** Changes of a partition that are not in the file yet: one layer gathers, those before it are on their way to the file. */
import { LayerRows } from "./layer-rows.js";
import type { Checkpoint, IdempotencyEntry, OrderedKey, StoredRow } from "./memstore.js";

/** What is to become of an answer. */
export interface AnswerChange {
  /** undefined removes it. */
  readonly entry: IdempotencyEntry | undefined;
  /** Whether the file, or a layer before, holds the key. */
  readonly isReplacement: boolean;
}

/** What a key's row is to become; null removes it. */
export type RowState = StoredRow | null;

/** See the head of the file. */
export class Layer {
  /** By store id. */
  readonly rows = new Map<number, LayerRows>();
  readonly answers = new Map<string, AnswerChange>();
  /** Answers of the layers before, and of the file, from before this time are to go. */
  forgetBefore = Number.NEGATIVE_INFINITY;
  checkpoint: Checkpoint | undefined;
  /** Bytes of all that was ever put in: an upper bound of what it holds. */
  bytes = 0;

  rowsOf(store: number): LayerRows {
    const known = this.rows.get(store);
    if (known !== undefined) return known;
    const rows = new LayerRows();
    this.rows.set(store, rows);
    return rows;
  }

  get(store: number, key: OrderedKey): RowState | undefined {
    return this.rows.get(store)?.get(key);
  }

  /** How many answers more there are with it than without, those that go by their time not counted. */
  get answerDelta(): number {
    let delta = 0;
    for (const { entry, isReplacement } of this.answers.values())
      delta += (entry === undefined ? 0 : 1) - (isReplacement ? 1 : 0);
    return delta;
  }
}
