/** A memstore as plain maps: what every adapter has to look like. */
import type {
  Checkpoint,
  IdempotencyEntry,
  KeyedRow,
  PartitionStore,
  RangeRequest,
  RowChange,
  StoredRow,
} from "../../runtime/memstore/memstore.js";

/** One `apply`. */
export interface Change {
  readonly rows: readonly RowChange[];
  readonly answers: readonly IdempotencyEntry[];
  readonly checkpoint: Checkpoint;
}

/** See the head of the file. */
export class MemModel {
  readonly rows = new Map<string, StoredRow>();
  readonly answers = new Map<string, IdempotencyEntry>();
  checkpoint: Checkpoint | undefined;

  apply(change: Change): void {
    for (const { store, key, row } of change.rows) {
      if (row === undefined) this.rows.delete(`${store}\n${key}`);
      else this.rows.set(`${store}\n${key}`, row);
    }
    for (const entry of change.answers) this.answers.set(entry.key, entry);
    this.checkpoint = change.checkpoint;
  }

  forget(beforeTime: number): void {
    for (const [key, { time }] of this.answers) if (time < beforeTime) this.answers.delete(key);
  }

  range({ store, from, to, reverse, limit }: RangeRequest): KeyedRow[] {
    const found = [...this.rows]
      .filter(([name]) => name.startsWith(`${store}\n`))
      .map(([name, row]) => ({ key: name.slice(store.length + 1), row }))
      .filter(({ key }) => (from === undefined || key >= from) && (to === undefined || key < to))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
    if (reverse === true) found.reverse();
    return found.slice(0, limit);
  }

  copy(): MemModel {
    const copy = new MemModel();
    for (const [key, row] of this.rows) copy.rows.set(key, row);
    for (const [key, entry] of this.answers) copy.answers.set(key, entry);
    copy.checkpoint = this.checkpoint;
    return copy;
  }

  clear(): void {
    this.rows.clear();
    this.answers.clear();
    this.checkpoint = undefined;
  }
}

/** Everything that a partition holds, for comparison. */
export interface Content {
  readonly rows: readonly (readonly [store: string, key: string, row: object])[];
  readonly answers: readonly (object | undefined)[];
  readonly answerCount: number;
  readonly checkpoint: Checkpoint | undefined;
}

/** What a partition holds, page by page. @param answerKeys Keys that may be remembered. */
export function contentOf(
  partition: PartitionStore,
  stores: readonly string[],
  answerKeys: readonly string[],
): Content {
  const rows: (readonly [string, string, object])[] = [];
  for (const store of stores) {
    for (let from = ""; ; ) {
      const page = partition.range({ store, from, limit: 1_000 });
      for (const { key, row } of page) rows.push([store, key, plainRow(row)]);
      const last = page.at(-1);
      if (last === undefined || page.length < 1_000) break;
      from = `${last.key}\0`;
    }
  }
  return {
    rows,
    answers: answerKeys.map((key) => plainAnswer(partition.answer(key))),
    answerCount: partition.answerCount,
    checkpoint: partition.checkpoint,
  };
}

/** What the model holds, in the same form. */
export function modelContent(model: MemModel, stores: readonly string[], answerKeys: readonly string[]): Content {
  return {
    rows: stores.flatMap((store) =>
      model
        .range({ store, limit: Number.POSITIVE_INFINITY })
        .map(({ key, row }) => [store, key, plainRow(row)] as const),
    ),
    answers: answerKeys.map((key) => plainAnswer(model.answers.get(key))),
    answerCount: model.answers.size,
    checkpoint: model.checkpoint,
  };
}

/** A row whose value compares by content. */
export function plainRow(row: StoredRow): object {
  return { ...row, value: Buffer.from(row.value).toString("hex") };
}

/** Keyed rows that compare by content. */
export function plainRows(rows: readonly KeyedRow[]): object[] {
  return rows.map(({ key, row }) => ({ key, row: plainRow(row) }));
}

/** An answer that compares by content. */
export function plainAnswer(entry: IdempotencyEntry | undefined): object | undefined {
  return entry === undefined ? undefined : { ...entry, answer: Buffer.from(entry.answer).toString("hex") };
}

/** A checkpoint whose batch tells which change it belongs to. */
export function checkpointAt(batch: number): Checkpoint {
  return {
    offsets: { topic: BigInt(batch) * 3n },
    epoch: 7,
    batch,
    writer: 0xffff_ffff_ffff_fff0n,
    index: 2,
    shadowed: batch % 5 === 0 ? [`s\0key-${batch}`] : [],
    caughtUpTime: batch,
    incarnations: { topic: "incarnation" },
    layout: "layout",
  };
}

/** A row that tells which change made it. */
export function rowOf(batch: number, value = `value ${batch}`): StoredRow {
  return { value: Buffer.from(value), offset: BigInt(batch), epoch: 1, batch, time: 1_700_000_000_000 + batch };
}
