/** Rows that are not durable yet, and the append that they go into together. */
import type { OrderedKey, StoredRow } from "../memstore/memstore.js";
import type { Call } from "./call.js";
import type { StorePlan } from "./plan.js";

/** A change of one row. */
export class Write {
  readonly store: StorePlan;
  readonly serialized: Uint8Array;
  readonly ordered: OrderedKey;
  /** Confluent-framed; null deletes. */
  readonly value: Uint8Array | null;
  /** Of a repair: the row that is written again; it keeps its version. */
  readonly repaired: StoredRow | "absent" | undefined;
  /** The batch that it joined; none while its handler runs. */
  batch: Batch | undefined;

  constructor(
    store: StorePlan,
    key: { readonly serialized: Uint8Array; readonly ordered: OrderedKey },
    value: Uint8Array | null,
    repaired?: StoredRow | "absent",
  ) {
    this.store = store;
    this.serialized = key.serialized;
    this.ordered = key.ordered;
    this.value = value;
    this.repaired = repaired;
  }

  get bytes(): number {
    return this.serialized.length + (this.value === null ? 0 : this.value.length);
  }
}

/**
 * - `forming`: calls may join
 * - `sent`: its append is under way
 * - `durable`, `undone`: ends
 */
export type BatchState = "forming" | "sent" | "durable" | "undone";

/** What one append holds: whole calls, each with all of its writes. */
export class Batch {
  /** Grows from batch to batch of a write path; known from the start, unlike `number`. */
  readonly sequence: number;
  readonly writes: Write[] = [];
  /** Those that wrote into it or read from it, in order: answered when it is durable. */
  readonly calls: Call[] = [];
  bytes = 0;
  /** Number of its append; set when it is sent. */
  number = 0;
  /** Write time of its records, ms; set when it is sent. */
  time = 0;
  state: BatchState = "forming";

  constructor(sequence: number) {
    this.sequence = sequence;
  }

  get isPending(): boolean {
    return this.state === "forming" || this.state === "sent";
  }
}
