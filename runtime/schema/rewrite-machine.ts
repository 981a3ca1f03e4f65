/** Runs the programs that turn Avro binary of a writer's schema into that of a reader's. */
import { fault } from "./fault.js";
import { nestingLimit } from "./limits.js";
import { nearestFloat } from "./nearest-float.js";
import type { Reader } from "./reader.js";
import { RewriteInput } from "./rewrite-input.js";
import { firstWriting, ops, type RewriteProgram } from "./rewrite-ops.js";
import { loopBytes, RewriteOutput, reorder, roomBytes, writeCount } from "./rewrite-output.js";
import {
  checkEnd,
  counted,
  ended,
  floatAt,
  notShort,
  passEnds,
  passText,
  passVarint,
  passVarints,
  pastEnd,
} from "./rewrite-pass.js";

/** One for all: nothing else runs while it does. Fields are `private`, not `#`, as in Reader. */
class RewriteMachine {
  private readonly input: RewriteInput = new RewriteInput();
  private readonly out: RewriteOutput = new RewriteOutput();
  /** What loops, calls and fields in another order have to remember. */
  private readonly stack: number[] = [];

  /** A reader of what was written last, good until the next run. */
  output(): Reader {
    return this.out.read();
  }

  /** A copy of what was written last. */
  copy(): Uint8Array {
    return this.out.copy();
  }

  /**
   * Rewrites one value.
   *
   * @param start Offset of its first byte.
   * @returns The offset behind its last.
   * @throws VALUE_INVALID without a pointer, which one walk through the schema finds.
   */
  run({ code, constants, orders }: RewriteProgram, source: Uint8Array, start: number): number {
    const { stack, input, out } = this;
    out.begin();
    const limit = source.length;
    let { bytes: target, view } = out;
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
          out.grow(to, size);
          ({ bytes: target, view } = out);
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
            input.index(source, place, count);
            place = input.place;
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
          if (input.isNone(source, place, code[pc] ?? 0)) pc = code[pc + 1] ?? 0;
          else pc += 2;
          place += 1;
          break;
        case 6 satisfies typeof ops.union: {
          const index = input.index(source, place, code[pc] ?? 0);
          place = input.place;
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
          const count = input.sameBlock(source, place, isDropping);
          place = input.place;
          if (count === 0) pc = code[pc] ?? 0;
          else {
            pc += 1;
            stack[top] = stack[top + 1] = count;
            stack[top + 2] = place;
            stack[top + 3] = input.blockEnd;
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
          const count = input.sameBlock(source, place, isDropping);
          place = input.place;
          if (count === 0) {
            top -= 4;
            pc += 1;
          } else {
            stack[top - 4] = stack[top - 3] = count;
            stack[top - 2] = place;
            stack[top - 1] = input.blockEnd;
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
            if (input.isNone(source, place++, none)) continue;
            if ((source[place] ?? pastEnd) < 0x80) place += 1;
            else place = passVarint(source, place, op === ops.optionalInt);
          }
          pc += 2;
          break;
        }
        case 17 satisfies typeof ops.optionalText: {
          const none = code[pc] ?? 0;
          for (let left = code[pc + 1] ?? 0; left > 0; left -= 1) {
            if (input.isNone(source, place++, none)) continue;
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
            if (!input.isNone(source, place++, none)) place += size;
          }
          if (place > limit) throw ended();
          pc += 3;
          break;
        }
        case 19 satisfies typeof ops.ints:
        case 20 satisfies typeof ops.longs: {
          for (;;) {
            const count = input.sameBlock(source, place, isDropping);
            place = input.place;
            if (count === 0) break;
            const end = input.blockEnd;
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
            const count = input.sameBlock(source, place, isDropping);
            place = input.place;
            if (count === 0) break;
            const end = input.blockEnd;
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
            const count = input.sameBlock(source, place, isDropping);
            place = input.place;
            if (count === 0) break;
            const end = input.blockEnd;
            place += count * size;
            if (place > limit) throw ended();
            checkEnd(place, end);
          }
          break;
        }
        case 23 satisfies typeof ops.end:
          out.length = to;
          return place;
        case 24 satisfies typeof ops.drop:
          isDropping = true;
          break;
        case 25 satisfies typeof ops.constant: {
          const bytes = constants[code[pc++] ?? 0];
          if (bytes === undefined) break;
          if (to + bytes.length > target.length) {
            out.grow(to, bytes.length);
            ({ bytes: target, view } = out);
          }
          for (let index = 0; index < bytes.length; index += 1) target[to++] = bytes[index] ?? 0;
          break;
        }
        case 26 satisfies typeof ops.enum: {
          const count = code[pc] ?? 0;
          const index = input.index(source, place, count);
          from = place = input.place;
          to = writeCount(target, to, code[pc + 1 + index] ?? 0);
          pc += 1 + count;
          break;
        }
        case 27 satisfies typeof ops.branch: {
          const index = input.index(source, place, code[pc] ?? 0);
          from = place = input.place;
          to = writeCount(target, to, code[pc + 1 + 2 * index] ?? 0);
          pc = code[pc + 2 + 2 * index] ?? 0;
          break;
        }
        case 28 satisfies typeof ops.intFloat:
          view.setFloat32(to, input.int(source, place), true);
          to += 4;
          from = place = input.place;
          break;
        case 29 satisfies typeof ops.intDouble:
          view.setFloat64(to, input.int(source, place), true);
          to += 8;
          from = place = input.place;
          break;
        case 30 satisfies typeof ops.longFloat:
          view.setFloat32(to, nearestFloat(input.long(source, place)), true);
          to += 4;
          from = place = input.place;
          break;
        case 31 satisfies typeof ops.longDouble:
          view.setFloat64(to, Number(input.long(source, place)), true);
          to += 8;
          from = place = input.place;
          break;
        case 32 satisfies typeof ops.floatDouble:
          for (let left = code[pc++] ?? 0; left > 0; left -= 1) {
            if (place + 4 > limit) throw ended();
            if (to + roomBytes > target.length) {
              out.grow(to, 0);
              ({ bytes: target, view } = out);
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
              out.grow(to, 0);
              ({ bytes: target, view } = out);
            }
            const isNone = input.isNone(source, place, none);
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
          const count = input.block(source, place);
          // The size of a block may change, and is left out.
          if (input.blockEnd >= 0) {
            to = writeCount(target, to, count);
            from = input.place;
          }
          place = input.place;
          if (count === 0) pc = code[pc] ?? 0;
          else {
            pc += 1;
            stack[top] = stack[top + 1] = count;
            stack[top + 2] = place;
            stack[top + 3] = input.blockEnd;
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
          const count = input.block(source, place);
          if (input.blockEnd >= 0) {
            to = writeCount(target, to, count);
            from = input.place;
          }
          place = input.place;
          if (count === 0) {
            top -= 5;
            pc += 1;
          } else {
            stack[top - 5] = stack[top - 4] = count;
            stack[top - 3] = place;
            stack[top - 2] = input.blockEnd;
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
            out.grow(to, size);
            ({ bytes: target, view } = out);
          }
          if (order !== undefined) reorder(target, to, { ends: stack, first: top, order });
          break;
        }
        default:
          throw new Error("assertion failed: no such instruction");
      }
    }
  }
}

export const rewriteMachine: RewriteMachine = /*@__PURE__*/ new RewriteMachine();
