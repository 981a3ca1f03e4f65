/** Runs the programs that turn Avro binary of a writer's schema into that of a reader's. */
import { fault } from "./fault.js";
import { nestingLimit, valueBytesLimit } from "./limits.js";
import { nearestFloat } from "./nearest-float.js";
import { Reader } from "./reader.js";
import { firstWriting, ops, type RewriteProgram } from "./rewrite-ops.js";
import {
  checkEnd,
  counted,
  ended,
  floatAt,
  passEnds,
  passText,
  passVarint,
  passVarints,
  pastEnd,
} from "./rewrite-pass.js";

/** Set in a byte that is no index, length or count of one byte. */
const notShort = 0x181;

/** Bytes of output that are there from the start, and kept after a larger value. */
const keptBytes = 16_384;

/** Bytes that one instruction writes at most, but for constants. */
const roomBytes = 16;

/** Bytes up to this number are copied by a loop; a view of them, for a native call, costs more. */
const loopBytes = 96;

/** One for all: nothing else runs while it does. Fields are `private`, not `#`, as in Reader. */
class RewriteMachine {
  /** What was written last, up to `length`. */
  private target: Uint8Array = new Uint8Array(keptBytes);
  private targetView: DataView = viewOf(this.target);
  private length = 0;
  private readonly reader: Reader = new Reader(this.target);
  /** What loops, calls and fields in another order have to remember. */
  private readonly stack: number[] = [];
  /** Where the last slow read ended, and the block that it began. */
  private place = 0;
  private blockEnd = -1;

  /** A reader of what was written last, good until the next run. */
  output(): Reader {
    this.reader.reopen(this.target, this.length, this.targetView);
    return this.reader;
  }

  /** A copy of what was written last. */
  copy(): Uint8Array {
    return this.target.slice(0, this.length);
  }

  /**
   * Rewrites one value.
   *
   * @param start Offset of its first byte.
   * @returns The offset behind its last.
   * @throws VALUE_INVALID without a pointer, which one walk through the schema finds.
   */
  run({ code, constants, orders }: RewriteProgram, source: Uint8Array, start: number): number {
    if (this.target.length > keptBytes) this.hold(new Uint8Array(keptBytes));
    const limit = source.length;
    const { stack } = this;
    let { target, targetView: view } = this;
    /** Where the next byte of the output goes; roomBytes are free there whenever something is written. */
    let to = 0;
    let place = start;
    /** Where the run begins: bytes up to `place` are still to be copied. */
    let from = start;
    let pc = 0;
    let top = 0;
    let depth = 0;
    let emptyItems = 0;
    let isDropping = false;
    for (;;) {
      const op = code[pc++] ?? 0;
      if (op >= firstWriting) {
        const size = place - from;
        if (to + size + roomBytes > target.length) {
          this.grow(to, size);
          ({ target, targetView: view } = this);
        }
        if (size <= loopBytes) while (from < place) target[to++] = source[from++] ?? 0;
        else {
          target.set(source.subarray(from, place), to);
          to += size;
          from = place;
        }
      }
      // Only literals become a table of jumps; `satisfies` holds them to their names.
      switch (op) {
        case 0 satisfies typeof ops.skip:
          place += code[pc++] ?? 0;
          if (place > limit) throw ended();
          break;
        case 1 satisfies typeof ops.int:
        case 2 satisfies typeof ops.long: {
          const count = code[pc++] ?? 0;
          if (isDropping) place = passVarints(source, place, count, op === ops.int);
          else {
            place = passEnds(source, place, count);
            if (place > limit) throw ended();
          }
          break;
        }
        case 3 satisfies typeof ops.index: {
          const count = code[pc++] ?? 0;
          const byte = source[place] ?? pastEnd;
          if ((byte & notShort) === 0 && byte >>> 1 < count) place += 1;
          else {
            this.index(source, place, count);
            place = this.place;
          }
          break;
        }
        case 4 satisfies typeof ops.text:
          for (let left = code[pc++] ?? 0; left > 0; left -= 1) {
            const byte = source[place] ?? pastEnd;
            if ((byte & notShort) === 0) {
              place += 1 + (byte >>> 1);
              if (place > limit) throw ended();
            } else place = passText(source, place);
          }
          break;
        case 5 satisfies typeof ops.optional:
          if (this.isNone(source, place, code[pc] ?? 0)) pc = code[pc + 1] ?? 0;
          else pc += 2;
          place += 1;
          break;
        case 6 satisfies typeof ops.union: {
          const index = this.index(source, place, code[pc] ?? 0);
          place = this.place;
          pc = code[pc + 1 + index] ?? 0;
          break;
        }
        case 7 satisfies typeof ops.jump:
          pc = code[pc] ?? 0;
          break;
        case 8 satisfies typeof ops.keep:
          from = place;
          isDropping = false;
          break;
        case 9 satisfies typeof ops.itemsSame: {
          const count = this.sameBlock(source, place, isDropping);
          place = this.place;
          if (count === 0) pc = code[pc] ?? 0;
          else {
            pc += 1;
            stack[top] = stack[top + 1] = count;
            stack[top + 2] = place;
            stack[top + 3] = this.blockEnd;
            top += 4;
          }
          break;
        }
        case 10 satisfies typeof ops.nextSame: {
          const left = (stack[top - 4] ?? 0) - 1;
          stack[top - 4] = left;
          if (left > 0) {
            pc = code[pc] ?? 0;
            break;
          }
          if (place === stack[top - 2]) emptyItems = counted(emptyItems, stack[top - 3] ?? 0);
          checkEnd(place, stack[top - 1] ?? -1);
          const count = this.sameBlock(source, place, isDropping);
          place = this.place;
          if (count === 0) {
            top -= 4;
            pc += 1;
          } else {
            stack[top - 4] = stack[top - 3] = count;
            stack[top - 2] = place;
            stack[top - 1] = this.blockEnd;
            pc = code[pc] ?? 0;
          }
          break;
        }
        case 11 satisfies typeof ops.call:
          stack[top++] = pc + 1;
          pc = code[pc] ?? 0;
          break;
        case 12 satisfies typeof ops.return:
          top -= 1;
          pc = stack[top] ?? 0;
          break;
        case 13 satisfies typeof ops.enter:
          depth += 1;
          if (depth > nestingLimit) throw fault(`found more than ${nestingLimit} values in each other; expected fewer`);
          break;
        case 14 satisfies typeof ops.leave:
          depth -= 1;
          break;
        case 15 satisfies typeof ops.optionalInt:
        case 16 satisfies typeof ops.optionalLong: {
          const none = code[pc] ?? 0;
          for (let left = code[pc + 1] ?? 0; left > 0; left -= 1) {
            if (this.isNone(source, place++, none)) continue;
            if ((source[place] ?? pastEnd) < 0x80) place += 1;
            else place = passVarint(source, place, op === ops.optionalInt);
          }
          pc += 2;
          break;
        }
        case 17 satisfies typeof ops.optionalText: {
          const none = code[pc] ?? 0;
          for (let left = code[pc + 1] ?? 0; left > 0; left -= 1) {
            if (this.isNone(source, place++, none)) continue;
            const byte = source[place] ?? pastEnd;
            if ((byte & notShort) === 0) {
              place += 1 + (byte >>> 1);
              if (place > limit) throw ended();
            } else place = passText(source, place);
          }
          pc += 2;
          break;
        }
        case 18 satisfies typeof ops.optionalSkip: {
          const size = code[pc] ?? 0;
          const none = code[pc + 1] ?? 0;
          for (let left = code[pc + 2] ?? 0; left > 0; left -= 1) {
            if (!this.isNone(source, place++, none)) place += size;
          }
          if (place > limit) throw ended();
          pc += 3;
          break;
        }
        case 19 satisfies typeof ops.ints:
        case 20 satisfies typeof ops.longs: {
          for (;;) {
            const count = this.sameBlock(source, place, isDropping);
            place = this.place;
            if (count === 0) break;
            const end = this.blockEnd;
            if (isDropping) place = passVarints(source, place, count, op === ops.ints);
            else place = passEnds(source, place, count);
            if (place > limit) throw ended();
            checkEnd(place, end);
          }
          break;
        }
        case 21 satisfies typeof ops.texts: {
          const each = code[pc++] ?? 0;
          for (;;) {
            const count = this.sameBlock(source, place, isDropping);
            place = this.place;
            if (count === 0) break;
            const end = this.blockEnd;
            for (let left = count * each; left > 0; left -= 1) {
              const byte = source[place] ?? pastEnd;
              if ((byte & notShort) === 0) {
                place += 1 + (byte >>> 1);
                if (place > limit) throw ended();
              } else place = passText(source, place);
            }
            checkEnd(place, end);
          }
          break;
        }
        case 22 satisfies typeof ops.skips: {
          const size = code[pc++] ?? 0;
          for (;;) {
            const count = this.sameBlock(source, place, isDropping);
            place = this.place;
            if (count === 0) break;
            const end = this.blockEnd;
            place += count * size;
            if (place > limit) throw ended();
            checkEnd(place, end);
          }
          break;
        }
        case 23 satisfies typeof ops.end:
          this.length = to;
          return place;
        case 24 satisfies typeof ops.drop:
          isDropping = true;
          break;
        case 25 satisfies typeof ops.constant: {
          const bytes = constants[code[pc++] ?? 0];
          if (bytes === undefined) break;
          if (to + bytes.length > target.length) {
            this.grow(to, bytes.length);
            ({ target, targetView: view } = this);
          }
          for (let index = 0; index < bytes.length; index += 1) target[to++] = bytes[index] ?? 0;
          break;
        }
        case 26 satisfies typeof ops.enum: {
          const count = code[pc] ?? 0;
          const index = this.index(source, place, count);
          from = place = this.place;
          to = writeCount(target, to, code[pc + 1 + index] ?? 0);
          pc += 1 + count;
          break;
        }
        case 27 satisfies typeof ops.branch: {
          const index = this.index(source, place, code[pc] ?? 0);
          from = place = this.place;
          to = writeCount(target, to, code[pc + 1 + 2 * index] ?? 0);
          pc = code[pc + 2 + 2 * index] ?? 0;
          break;
        }
        case 28 satisfies typeof ops.intFloat:
          view.setFloat32(to, this.int(source, place), true);
          to += 4;
          from = place = this.place;
          break;
        case 29 satisfies typeof ops.intDouble:
          view.setFloat64(to, this.int(source, place), true);
          to += 8;
          from = place = this.place;
          break;
        case 30 satisfies typeof ops.longFloat:
          view.setFloat32(to, nearestFloat(this.long(source, place)), true);
          to += 4;
          from = place = this.place;
          break;
        case 31 satisfies typeof ops.longDouble:
          view.setFloat64(to, Number(this.long(source, place)), true);
          to += 8;
          from = place = this.place;
          break;
        case 32 satisfies typeof ops.floatDouble:
          for (let left = code[pc++] ?? 0; left > 0; left -= 1) {
            if (place + 4 > limit) throw ended();
            if (to + roomBytes > target.length) {
              this.grow(to, 0);
              ({ target, targetView: view } = this);
            }
            view.setFloat64(to, floatAt(source, place), true);
            to += 8;
            place += 4;
          }
          from = place;
          break;
        case 33 satisfies typeof ops.optionalFloatDouble: {
          const none = code[pc] ?? 0;
          for (let left = code[pc + 1] ?? 0; left > 0; left -= 1) {
            if (to + roomBytes > target.length) {
              this.grow(to, 0);
              ({ target, targetView: view } = this);
            }
            const isNone = this.isNone(source, place, none);
            target[to++] = source[place++] ?? 0;
            if (isNone) continue;
            if (place + 4 > limit) throw ended();
            view.setFloat64(to, floatAt(source, place), true);
            to += 8;
            place += 4;
          }
          from = place;
          pc += 2;
          break;
        }
        case 34 satisfies typeof ops.items: {
          const count = this.block(source, place);
          // The size of a block may change, and is left out.
          if (this.blockEnd >= 0) {
            to = writeCount(target, to, count);
            from = this.place;
          }
          place = this.place;
          if (count === 0) pc = code[pc] ?? 0;
          else {
            pc += 1;
            stack[top] = stack[top + 1] = count;
            stack[top + 2] = place;
            stack[top + 3] = this.blockEnd;
            stack[top + 4] = to + place - from;
            top += 5;
          }
          break;
        }
        case 35 satisfies typeof ops.next: {
          const left = (stack[top - 5] ?? 0) - 1;
          stack[top - 5] = left;
          if (left > 0) {
            pc = code[pc] ?? 0;
            break;
          }
          const done = stack[top - 4] ?? 0;
          if (place === stack[top - 3]) emptyItems = counted(emptyItems, done);
          checkEnd(place, stack[top - 2] ?? -1);
          if (to === stack[top - 1]) counted(0, done);
          const count = this.block(source, place);
          if (this.blockEnd >= 0) {
            to = writeCount(target, to, count);
            from = this.place;
          }
          place = this.place;
          if (count === 0) {
            top -= 5;
            pc += 1;
          } else {
            stack[top - 5] = stack[top - 4] = count;
            stack[top - 3] = place;
            stack[top - 2] = this.blockEnd;
            stack[top - 1] = to + place - from;
            pc = code[pc] ?? 0;
          }
          break;
        }
        case 36 satisfies typeof ops.piece:
          stack[top++] = to;
          break;
        case 37 satisfies typeof ops.reorder: {
          top -= 1 + (code[pc] ?? 0);
          const order = orders[code[pc + 1] ?? 0];
          pc += 2;
          const size = to - (stack[top] ?? 0);
          if (to + size > target.length) {
            this.grow(to, size);
            ({ target, targetView: view } = this);
          }
          if (order !== undefined) reorder(target, to, { ends: stack, first: top, order });
          break;
        }
        default:
          throw new Error("assertion failed: no such instruction");
      }
    }
  }

  /** Makes room behind `to`. */
  private grow(to: number, size: number): void {
    if (to + size > valueBytesLimit) throw fault(`found a value of more than ${valueBytesLimit} bytes; expected fewer`);
    const grown = new Uint8Array((to + size) * 2 + roomBytes);
    grown.set(this.target.subarray(0, to));
    this.hold(grown);
  }

  private hold(target: Uint8Array): void {
    this.target = target;
    this.targetView = viewOf(target);
  }

  /** An index below `count`; `place` is behind it. */
  private index(source: Uint8Array, place: number, count: number): number {
    const byte = source[place] ?? pastEnd;
    if ((byte & notShort) === 0 && byte >>> 1 < count) {
      this.place = place + 1;
      return byte >>> 1;
    }
    const reader = new Reader(source, place);
    const index = reader.index(count);
    this.place = reader.position;
    return index;
  }

  /** Whether the index of a union of two types is the one of null, whose byte is given. */
  private isNone(source: Uint8Array, place: number, none: number): boolean {
    const byte = source[place] ?? pastEnd;
    if (byte === none) return true;
    // Refuses all but the other index.
    if (byte !== 2 - none) this.index(source, place, 2);
    return false;
  }

  private int(source: Uint8Array, place: number): number {
    const byte = source[place] ?? pastEnd;
    if (byte < 0x80) {
      this.place = place + 1;
      return (byte >>> 1) ^ -(byte & 1);
    }
    const reader = new Reader(source, place);
    const value = reader.int();
    this.place = reader.position;
    return value;
  }

  private long(source: Uint8Array, place: number): bigint {
    const reader = new Reader(source, place);
    const value = reader.long();
    this.place = reader.position;
    return value;
  }

  /** The number of items of the next block, 0 behind the last; `place` is before its items, `blockEnd` where it says it ends. */
  private block(source: Uint8Array, place: number): number {
    const byte = source[place] ?? pastEnd;
    if ((byte & notShort) === 0 && byte >>> 1 < source.length - place) {
      this.place = place + 1;
      this.blockEnd = -1;
      return byte >>> 1;
    }
    const reader = new Reader(source, place);
    const count = reader.blockCount();
    this.place = reader.position;
    this.blockEnd = reader.blockEnd;
    return count;
  }

  /** The same, past blocks that say where they end and are left out. */
  private sameBlock(source: Uint8Array, start: number, isDropping: boolean): number {
    let count = this.block(source, start);
    while (isDropping && count > 0 && this.blockEnd >= 0) count = this.block(source, this.blockEnd);
    return count;
  }
}

export const rewriteMachine: RewriteMachine = /*@__PURE__*/ new RewriteMachine();

/** An index or a count, as Avro binary. @returns The offset behind it. */
function writeCount(target: Uint8Array, start: number, count: number): number {
  let to = start;
  let rest = (count << 1) >>> 0;
  while (rest > 0x7f) {
    target[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[to++] = rest;
  return to;
}

/** Fields that were written one after the other: where each ends, from `ends[first]`, where the first begins. */
interface Pieces {
  readonly ends: readonly number[];
  readonly first: number;
  /** Which of them stands at each place. */
  readonly order: readonly number[];
}

/** Puts what was written last, up to `end`, in another order. There must be room for a copy behind it. */
function reorder(target: Uint8Array, end: number, { ends, first, order }: Pieces): void {
  let to = ends[first] ?? 0;
  const shift = end - to;
  target.copyWithin(end, to, end);
  for (const piece of order) {
    const from = (ends[first + piece] ?? 0) + shift;
    const behind = (ends[first + piece + 1] ?? 0) + shift;
    if (behind - from > loopBytes) {
      target.copyWithin(to, from, behind);
      to += behind - from;
    } else for (let index = from; index < behind; index += 1) target[to++] = target[index] ?? 0;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer);
}
