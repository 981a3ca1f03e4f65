/**
 * Keys and their rows as bytes, one behind another in chunks of memory: as many objects as chunks, however many rows. Rows are
 * added and never changed, so that whoever knows a place may read it for as long as it keeps this.
 *
 *   entry   bytes of the row + 1 (u32; 0: the key is deleted), key (sized, one byte a char), the row as in `row-bytes.ts`
 */
import { ByteReader } from "../disk/byte-reader.js";
import { ByteWriter } from "../disk/byte-writer.js";
import type { KeyPlaces } from "./key-order.js";
import type { OrderedKey, StoredRow } from "./memstore.js";
import { readRow, writeRow } from "./row-bytes.js";

/** A chunk gets no further row from here on. The first ones are smaller: most layers hold a few rows. */
const chunkBytes = 256 * 1024;
const firstChunkBytes = 1024;
const growth = 8;
/** Places of one chunk: where its rows begin. */
const placesPerChunk = chunkBytes * 2;

/** Where a row stands; a whole number from 0. */
export type RowPlace = number;

/** See the head of the file. */
export class PackedRows {
  readonly #chunks: Buffer[] = [];
  #open = new ByteWriter(new ArrayBuffer(firstChunkBytes));
  #openBytes = firstChunkBytes;
  #count = 0;

  /** Adds a row, copied; null: the key is deleted. */
  add(key: OrderedKey, row: StoredRow | null): RowPlace {
    if (this.#open.length > 0 && this.#open.length + key.length + (row?.value.length ?? 0) > this.#openBytes)
      this.#close();
    const out = this.#open;
    const at = out.length;
    this.#count += 1;
    out.u32(0);
    out.latin1(key);
    if (row !== null) {
      const from = out.length;
      writeRow(out, row);
      out.view.setUint32(at, out.length - from + 1, true);
    }
    return this.#chunks.length * placesPerChunk + at;
  }

  /** The row at a place, its value a view; null: its key is deleted. */
  at(place: RowPlace): StoredRow | null {
    const reader = new ByteReader(this.#chunkOf(place));
    reader.at = place % placesPerChunk;
    const length = reader.u32();
    if (length === 0) return null;
    const keyLength = reader.varint();
    reader.at += keyLength;
    return readRow(reader, reader.at + length - 1);
  }

  /** Whether the key at a place has a row. */
  isRow(place: RowPlace): boolean {
    return this.#chunkOf(place).readUInt32LE(place % placesPerChunk) !== 0;
  }

  /** Each entry's key and place, in the order in which they were added; a key that was added twice comes twice. */
  *entries(): Generator<readonly [OrderedKey, RowPlace]> {
    for (const [index, chunk] of this.#all().entries()) {
      const reader = new ByteReader(chunk);
      while (reader.at < chunk.length) {
        const place = index * placesPerChunk + reader.at;
        const length = reader.u32();
        const keyBytes = reader.varint();
        const key = chunk.toString("latin1", reader.at, reader.at + keyBytes);
        reader.at += keyBytes + Math.max(0, length - 1);
        yield [key, place];
      }
    }
  }

  /** Appends their number (u32), the number of their bytes (u32), and all entries. */
  copyTo(out: ByteWriter): void {
    out.u32(this.#count);
    const at = out.length;
    out.u32(0);
    for (const chunk of this.#all()) out.raw(chunk);
    out.view.setUint32(at, out.length - at - 4, true);
  }

  #all(): readonly Buffer[] {
    return [...this.#chunks, this.#open.bytes.subarray(0, this.#open.length)];
  }

  #chunkOf(place: RowPlace): Buffer {
    return this.#chunks[chunkOf(place)] ?? this.#open.bytes;
  }

  #close(): void {
    this.#chunks.push(this.#open.bytes.subarray(0, this.#open.length));
    this.#openBytes = Math.min(this.#openBytes * growth, chunkBytes);
    // Of its own, and not filled with zeros before it is written.
    this.#open = new ByteWriter(Buffer.allocUnsafeSlow(this.#openBytes).buffer);
  }
}

/** Entries that `copyTo` has appended: their keys, and the bytes of their rows + 1, which follow each key (0: it is deleted). */
export interface CopiedEntries {
  readonly keys: KeyPlaces;
  readonly lengths: Uint32Array;
}

/** Reads what `copyTo` has appended. */
export function readEntries(from: ByteReader): CopiedEntries {
  const count = from.u32();
  const entries = from.part(from.u32());
  const lengths = new Uint32Array(count);
  const keys = { bytes: entries.bytes, starts: new Uint32Array(count), ends: new Uint32Array(count) };
  for (let index = 0; index < count; index += 1) {
    const length = entries.u32();
    const keyBytes = entries.varint();
    lengths[index] = length;
    keys.starts[index] = entries.at;
    entries.at += keyBytes;
    keys.ends[index] = entries.at;
    entries.at += Math.max(0, length - 1);
  }
  return { keys, lengths };
}

function chunkOf(place: RowPlace): number {
  return Math.floor(place / placesPerChunk);
}
