/**
 * What goes to the writer thread at once: layers of several partitions, which become one transaction.
 *
 *   group       partition*
 *   partition   id (u32), hasCheckpoint (u8), checkpoint (text)?, forgetBefore (f64),
 *               removed answers (u32) (key text)*, answers (u32) (key text, time f64, answer sized)*,
 *               stores (u32) (store u32, entries)*
 *   entries     their number (u32), their bytes (u32), then as in `packed-rows.ts`; of a key the last one counts
 */
import { partOf } from "../core/bytes.js";
import type { ByteReader } from "../disk/byte-reader.js";
import type { ByteWriter } from "../disk/byte-writer.js";
import { checkpointText } from "./checkpoint-text.js";
import { isSameKey, keyOrder } from "./key-order.js";
import type { Layer } from "./layer.js";
import { readEntries } from "./packed-rows.js";

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
    for (let stores = group.u32(); stores > 0; stores -= 1) replayRows(group.u32(), group, steps);
    steps.endPartition(partition, checkpoint);
  }
}

/** Takes the rows of a store in key order: neighbours in the file are written one after another. */
function replayRows(store: number, group: ByteReader, steps: FlushSteps): void {
  const { keys, lengths } = readEntries(group);
  const { bytes } = keys;
  const order = keyOrder(keys);
  for (let at = 0; at < order.length; at += 1) {
    const index = order[at] ?? 0;
    if (at + 1 < order.length && isSameKey(keys, index, order[at + 1] ?? 0)) continue;
    const [start = 0, end = 0, length = 0] = [keys.starts[index], keys.ends[index], lengths[index]];
    const key = partOf(bytes, start, end);
    if (length === 0) steps.deleteRow(store, key);
    else steps.putRow(store, key, partOf(bytes, end, end + length - 1));
  }
}
