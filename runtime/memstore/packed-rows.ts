/**
 * Rows as bytes, one behind another in chunks of memory: as many objects as chunks, however many rows. Rows are added and
 * never changed, so that whoever knows a place may read it for as long as it keeps this.
 */
import { ByteWriter } from "../disk/byte-writer.js";
import type { StoredRow } from "./memstore.js";
import { readRow, writeRow } from "./row-bytes.js";

/** A chunk gets no further row from here on. The first ones are smaller: most layers hold a few rows. */
const chunkBytes = 64 * 1024;
const firstChunkBytes = 1024;
/** Places of one chunk: where its rows begin. */
const placesPerChunk = chunkBytes * 2;

/** Where a row stands; a whole number from 0. */
export type RowPlace = number;

/** See the head of the file. Each row stands behind its length (u32). */
export class PackedRows {
  readonly #chunks: Buffer[] = [];
  #open = new ByteWriter(new ArrayBuffer(firstChunkBytes));

  /** Adds a row, copied. */
  add(row: StoredRow): RowPlace {
    if (this.#open.length > 0 && this.#open.length + row.value.length > chunkBytes) this.#close();
    const out = this.#open;
    const at = out.length;
    out.u32(0);
    writeRow(out, row);
    out.view.setUint32(at, out.length - at - 4, true);
    return this.#chunks.length * placesPerChunk + at;
  }

  /** The row at a place; its value is a view. */
  at(place: RowPlace): StoredRow {
    return readRow(this.#bytes(place));
  }

  /** Appends length + 1 (u32) and bytes of a row. */
  copyTo(out: ByteWriter, place: RowPlace): void {
    const bytes = this.#bytes(place);
    out.u32(bytes.length + 1);
    out.raw(bytes);
  }

  #bytes(place: RowPlace): Buffer {
    const chunk = this.#chunks[Math.floor(place / placesPerChunk)] ?? this.#open.bytes;
    const at = place % placesPerChunk;
    return chunk.subarray(at + 4, at + 4 + chunk.readUInt32LE(at));
  }

  #close(): void {
    this.#chunks.push(this.#open.bytes);
    this.#open = new ByteWriter(new ArrayBuffer(chunkBytes));
  }
}
