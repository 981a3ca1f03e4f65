/** Cuts chunks of bytes into lines, holding at most one line's beginning, bounded. */

/** A line without its end, or undefined in place of one that is longer than the bound. */
export type Line = Buffer | undefined;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** See the head of the file. */
export class LineCutter {
  readonly #maxBytes: number;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #isTooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this chunk. */
  *push(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#hold(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
  }

  /** What stands after the last line feed, where something does. */
  *end(): Generator<Line> {
    if (this.#restBytes > 0 || this.#isTooLong) yield this.#take();
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0 || this.#isTooLong) return;
    this.#restBytes += piece.length;
    if (this.#restBytes > this.#maxBytes) {
      this.#isTooLong = true;
      this.#rest = [];
      return;
    }
    this.#rest.push(piece);
    // A line that arrives byte by byte must not take two hundred times its size.
    if (this.#rest.length >= pieceLimit) this.#rest = [Buffer.concat(this.#rest)];
  }

  #take(): Line {
    const [first] = this.#rest;
    const line = first === undefined || this.#rest.length > 1 ? Buffer.concat(this.#rest) : first;
    const isTooLong = this.#isTooLong;
    this.#rest = [];
    this.#restBytes = 0;
    this.#isTooLong = false;
    if (isTooLong) return undefined;
    return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
  }
}

/** Pieces of one line that are held before they are copied together. */
const pieceLimit = 256;
