/** Makes few large blocks of many small ones. Large blocks that lose nothing stay as they are. */
import { ByteWriter } from "../disk/byte-writer.js";
import { BlockCursor, type BlockHead, type BlockRow } from "./block.js";

/** Blocks are packed until they have this many bytes. */
const packedBytes = 12 * 1024;

/** See the head of the file. */
export class BlockPacker {
  readonly #out = new ByteWriter();
  #packed: BlockRow[] = [];
  #base = 0;
  #into: { nextOffset: number; head: BlockHead } | undefined;

  /**
   * Packs blocks that follow each other.
   *
   * @param isKept Asked once for each record, in order.
   * @returns The blocks that take their place; what stays as it is is the same object.
   */
  pack(rows: readonly BlockRow[], isKept: (cursor: BlockCursor, body: Buffer) => boolean): readonly BlockRow[] {
    this.#packed = [];
    for (const row of rows) this.#packRow(row, isKept);
    this.#close();
    return this.#packed;
  }

  #packRow(row: BlockRow, isKept: (cursor: BlockCursor, body: Buffer) => boolean): void {
    const verdicts: boolean[] = [];
    const judge = new BlockCursor(row.body, row.base);
    while (judge.next()) verdicts.push(isKept(judge, row.body));
    if (row.body.length >= packedBytes / 2 && !verdicts.includes(false)) {
      this.#close();
      this.#packed.push(row);
      return;
    }
    const cursor = new BlockCursor(row.body, row.base);
    for (const verdict of verdicts) {
      cursor.next();
      if (verdict) this.#add(cursor);
    }
  }

  #add(cursor: BlockCursor): void {
    if (this.#out.length >= packedBytes) this.#close();
    if (this.#into === undefined) this.#base = cursor.offset;
    cursor.copyTo(this.#out, this.#into);
    this.#into = { nextOffset: cursor.offset + 1, head: cursor.head };
  }

  #close(): void {
    const { length } = this.#out;
    if (length > 0) this.#packed.push({ base: this.#base, body: Buffer.from(this.#out.bytes.subarray(0, length)) });
    this.#out.length = 0;
    this.#into = undefined;
  }
}
