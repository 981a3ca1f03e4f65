/**
 * What goes to the writer thread at once: layers of several partitions, which become one transaction.
 *
 *   group       partition*
 *   partition   id (u32), hasCheckpoint (u8), checkpoint (text)?, forgetBefore (f64),
 *               removed answers (u32) (key text)*, answers (u32) (key text, time f64, answer sized)*,
 *               stores (u32) (store u32, entries, rows (u32), place (u32)*)*
 *   entries     their bytes (u32), then as in `packed-rows.ts`; also rows that were overwritten since
 *   place       where among the entries the newest row of a key stands, in key order
 */
import type { ByteReader } from "../disk/byte-reader.js";
import type { ByteWriter } from "../disk/byte-writer.js";
import { checkpointText } from "./checkpoint-text.js";
import type { Layer } from "./layer.js";

/** A group as bytes, to be given away. */
export interface PackedGroup {
  readonly buffer: ArrayBuffer;
  readonly length: number;
}

/** Appends a partition's layer. */
export function packLayer(out: ByteWriter, partition: number, layer: Layer): void {
  out.u32(partition);
  out.u8(layer.checkpoint === undefined ? 0 : 1);
  if (layer.checkpoint !== undefined) out.text(checkpointText(layer.checkpoint));
  out.f64(layer.forgetBefore);
  packAnswers(out, layer);
  out.u32(layer.rows.size);
  for (const [store, rows] of layer.rows) {
    out.u32(store);
    rows.pack(out);
  }
}

function packAnswers(out: ByteWriter, layer: Layer): void {
  const changes = [...layer.answers];
  const removed = changes.filter(([, change]) => change.isReplacement);
  out.u32(removed.length);
  for (const [key] of removed) out.text(key);
  const entries = changes.flatMap(([, { entry }]) => (entry === undefined ? [] : [entry]));
  out.u32(entries.length);
  for (const { key, time, answer } of entries) {
    out.text(key);
    out.f64(time);
    out.sized(answer);
  }
}

/** What is done with each part of a group, in this order. */
export interface FlushSteps {
  removeAnswer(partition: number, key: string): void;
  /** After the removals, so that what it counts are not replaced ones. */
  forgetAnswers(partition: number, beforeTime: number): void;
  putAnswer(
    partition: number,
    answer: { readonly key: string; readonly time: number; readonly answer: Uint8Array },
  ): void;
  putRow(store: number, key: Uint8Array, row: Uint8Array): void;
  deleteRow(store: number, key: Uint8Array): void;
  /** The last of a partition. */
  endPartition(partition: number, checkpoint: string | undefined): void;
}

/** Reads a group and takes its steps. */
export function replayGroup(group: ByteReader, steps: FlushSteps): void {
  while (group.at < group.bytes.length) {
    const partition = group.u32();
    const checkpoint = group.u8() === 0 ? undefined : group.text();
    const forgetBefore = group.f64();
    for (let left = group.u32(); left > 0; left -= 1) steps.removeAnswer(partition, group.text());
    if (forgetBefore > Number.NEGATIVE_INFINITY) steps.forgetAnswers(partition, forgetBefore);
    for (let left = group.u32(); left > 0; left -= 1)
      steps.putAnswer(partition, { key: group.text(), time: group.f64(), answer: group.sized() });
    for (let stores = group.u32(); stores > 0; stores -= 1) {
      const store = group.u32();
      const entries = group.part(group.u32());
      for (let left = group.u32(); left > 0; left -= 1) {
        entries.at = group.u32();
        const length = entries.u32();
        const key = entries.sized();
        if (length === 0) steps.deleteRow(store, key);
        else steps.putRow(store, key, entries.raw(length - 1));
      }
    }
    steps.endPartition(partition, checkpoint);
  }
}
