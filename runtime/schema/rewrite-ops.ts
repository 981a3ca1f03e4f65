/**
 * The instructions of a rewriting: small numbers in one array, which one loop runs. Closures over both schemas took three times
 * as long, since each call of one goes to another function. No code is made at run time, so that pages with a strict policy
 * of content run it.
 */

/**
 * Numbers of the instructions, with their operands.
 *
 * The machine has a place in the input, and a run: the bytes before it that are still to be copied as they are. Instructions
 * that only pass over bytes leave them in the run.
 */
export const ops = {
  /** Passes over n bytes. */
  skip: 0,
  /** Passes over n numbers of 32 bits. */
  int: 1,
  /** Passes over n numbers of 64 bits. */
  long: 2,
  /** Passes over an index below n. */
  index: 3,
  /** Passes over a length and so many bytes, n times. */
  text: 4,
  /** Passes over the index of a union of null and another type: the byte of null, and the target for it; else it goes on. */
  optional: 5,
  /** Passes over an index below n; a target for each follows, where to go on. */
  union: 6,
  /** Goes on at a target. */
  jump: 7,
  /** Begins the run here: what came last was left out. */
  keep: 8,
  /** Begins the items of an array or map that stay as they are. Target: behind `nextSame`, for none. */
  itemsSame: 9,
  /** Ends an item. Target: the item's first instruction, for another one. */
  nextSame: 10,
  /** Goes on at a target, and behind itself after `return`. */
  call: 11,
  return: 12,
  /** Around each value of a type that holds itself. */
  enter: 13,
  leave: 14,
  /** Pass over n unions of null and that: the byte of null comes before the count. */
  optionalInt: 15,
  optionalLong: 16,
  optionalText: 17,
  /** The same for so many bytes, which come first. */
  optionalSkip: 18,
  /** Pass over all items of an array of that. */
  ints: 19,
  longs: 20,
  /** The same for items of so many texts: two in a map of texts. */
  texts: 21,
  /** The same for items of so many bytes. */
  skips: 22,
  /** Ends the program. */
  end: 23,
  /** What comes next is left out, up to `keep`. */
  drop: 24,
  /** Appends a constant, by its number. */
  constant: 25,
  /** Reads an index below n, and writes in its place the one of n that stands there. */
  enum: 26,
  /** The same for a union: n pairs of the index to write and the target where to go on. */
  branch: 27,
  intFloat: 28,
  intDouble: 29,
  longFloat: 30,
  longDouble: 31,
  /** Writes n floats as doubles. */
  floatDouble: 32,
  /** Does so with n unions of null and float, after the byte of null. */
  optionalFloatDouble: 33,
  /** As `itemsSame` and `nextSame`, for items that are rewritten. */
  items: 34,
  next: 35,
  /** Begins fields that the reader has in another order, and ends each of them. */
  piece: 36,
  /** Puts n fields, of which some may have been left out, in an order, by its number. */
  reorder: 37,
} as const;

/** From here on, instructions append the run first, and begin it anew behind what they read. */
export const firstWriting = ops.end;

/** Instructions with what they refer to. */
export interface RewriteProgram {
  readonly code: Int32Array;
  readonly constants: readonly Uint8Array[];
  /** Fields by their new place. */
  readonly orders: readonly (readonly number[])[];
}

/** Counts stay small integers. */
const countLimit = 2 ** 30;

/** Writes programs. */
export class Assembler {
  readonly #code: number[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #orders: (readonly number[])[] = [];
  /** The last instruction with its operands but the count, where that may still grow: no target is behind it. */
  #countable = "";

  get length(): number {
    return this.#code.length;
  }

  /** Number of the next instruction's place: a target for those that come from elsewhere. */
  label(): number {
    this.#countable = "";
    return this.#code.length;
  }

  emit(op: number, ...operands: readonly number[]): void {
    this.#countable = "";
    this.#code.push(op, ...operands);
  }

  /** An instruction with a count behind its operands, together with the same one before it. */
  count(op: number, more: number, ...operands: readonly number[]): void {
    const key = [op, ...operands].join();
    const last = this.#code.length - 1;
    const before = this.#code[last] ?? 0;
    if (this.#countable === key && before + more < countLimit) this.#code[last] = before + more;
    else this.emit(op, ...operands, more);
    this.#countable = key;
  }

  constant(bytes: Uint8Array): void {
    this.emit(ops.constant, this.#constants.push(bytes) - 1);
  }

  reorder(fields: number, order: readonly number[]): void {
    this.emit(ops.reorder, fields, this.#orders.push(order) - 1);
  }

  /** Room for a target that is not known yet. */
  hole(): number {
    return this.#code.push(0) - 1;
  }

  /** @param target The next instruction, unless another is named. */
  fill(hole: number, target = this.label()): void {
    this.#code[hole] = target;
  }

  finish(): RewriteProgram {
    return { code: Int32Array.from(this.#code), constants: this.#constants, orders: this.#orders };
  }
}
