/**
 * Plans that turn Avro binary of a writer's schema into that of a reader's: closures over both, no code made at run time.
 * Bytes that are the same in both are copied without a look at them; static code then reads the result as it reads any other,
 * and so what it gives is the same by construction.
 */
import { enumDefaultOf, sourcesOf } from "./aliases.js";
import { fieldDefault } from "./default-value.js";
import { withPlace } from "./explain.js";
import type { Matching } from "./matching.js";
import type { Reader } from "./reader.js";
import { SameBytes } from "./same-bytes.js";
import { type Skip, Skips } from "./skip.js";
import {
  type EnumNode,
  type FieldNode,
  isRecursive,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from "./type-node.js";
import { Walk } from "./walk.js";
import { writeWalking } from "./walk-binary.js";
import { Writer } from "./writer.js";

/** Reads a value as it was written and appends the reader's form of it. */
export type Rewrite = (input: Reader, out: Writer) => void;

/** Makes the plan of two types that match; undefined where the writer's bytes are the reader's already. */
export function rewritePlan(writer: TypeNode, reader: TypeNode, matching: Matching): Rewrite | undefined {
  const plans = new RewritePlans(matching);
  return plans.isSame(writer, reader) ? undefined : plans.of(writer, reader);
}

class RewritePlans {
  readonly #matching: Matching;
  readonly #same: SameBytes;
  readonly #skips = new Skips();
  readonly #records = new Map<RecordNode, Map<RecordNode, Rewrite>>();

  constructor(matching: Matching) {
    this.#matching = matching;
    this.#same = new SameBytes(matching);
  }

  isSame(writer: TypeNode, reader: TypeNode): boolean {
    return this.#same.areSame(writer, reader);
  }

  of(writer: TypeNode, reader: TypeNode): Rewrite {
    if (this.isSame(writer, reader)) return copied(this.#skips.of(writer));
    if (writer.kind === "union") return this.#fromUnion(writer, reader);
    if (reader.kind === "union") {
      const { index, rewrite } = this.#branch(writer, reader);
      return (input, out) => {
        out.index(index);
        rewrite(input, out);
      };
    }
    if (writer.kind === "record" && reader.kind === "record") return this.#record(writer, reader);
    if (writer.kind === "array" && reader.kind === "array") return blocks(this.of(writer.items, reader.items));
    if (writer.kind === "map" && reader.kind === "map") {
      const value = this.of(writer.values, reader.values);
      return blocks((input, out) => {
        copyKey(input, out);
        value(input, out);
      });
    }
    if (writer.kind === "enum" && reader.kind === "enum") return enums(writer, reader);
    return numbers(writer.kind, reader.kind);
  }

  #fromUnion(writer: UnionNode, reader: TypeNode): Rewrite {
    const count = writer.branches.length;
    if (reader.kind !== "union") {
      const rewrites = writer.branches.map((branch) => this.of(branch, reader));
      return (input, out) => rewrites[input.index(count)]?.(input, out);
    }
    const branches = writer.branches.map((branch) => this.#branch(branch, reader));
    return (input, out) => {
      const branch = branches[input.index(count)];
      if (branch === undefined) return;
      out.index(branch.index);
      branch.rewrite(input, out);
    };
  }

  #branch(writer: TypeNode, reader: UnionNode): { readonly index: number; readonly rewrite: Rewrite } {
    const index = this.#matching.branch(writer, reader);
    const branch = index === undefined ? undefined : reader.branches[index];
    if (index === undefined || branch === undefined) throw new Error("assertion failed: no branch, though types match");
    return { index, rewrite: this.of(writer, branch) };
  }

  #record(writer: RecordNode, reader: RecordNode): Rewrite {
    let readers = this.#records.get(writer);
    if (readers === undefined) {
      readers = new Map();
      this.#records.set(writer, readers);
    }
    const known = readers.get(reader);
    if (known !== undefined) return known;
    // Known before its parts are, since they may lead back to it.
    const parts: Rewrite[] = [];
    const inTurn: Rewrite = (input, out) => {
      for (const part of parts) part(input, out);
    };
    const pieces = this.#pieces(writer, reader);
    const order = orderOf(pieces.map(({ place }) => place));
    const whole = order === undefined ? inTurn : reordered(parts, order);
    const rewrite = isRecursive(writer) ? nested(whole) : whole;
    readers.set(reader, rewrite);
    if (order === undefined) parts.push(...this.#runs(pieces));
    else parts.push(...pieces.map((piece) => this.#rewriteOf(piece)));
    return rewrite;
  }

  /** What is to be done with each of the writer's fields, in its order, defaults where they fit into it. */
  #pieces(writer: RecordNode, reader: RecordNode): readonly Piece[] {
    const places = new Map<number, number>();
    const defaults: Piece[] = [];
    for (const [place, field] of reader.fields.entries()) {
      const [source] = sourcesOf(field, writer);
      if (source === undefined) defaults.push({ place, bytes: defaultBytes(field, reader) });
      else places.set(source, place);
    }
    const pieces: Piece[] = writer.fields.map(({ type }, index) => {
      const place = places.get(index);
      const field = place === undefined ? undefined : reader.fields[place];
      return { place, writer: type, reader: field?.type };
    });
    // A default goes before the first field that the reader has behind it.
    for (const piece of defaults) {
      const { place = 0 } = piece;
      const next = pieces.findIndex((other) => other.place !== undefined && other.place > place);
      pieces.splice(next < 0 ? pieces.length : next, 0, piece);
    }
    return pieces;
  }

  /** Neighbours whose bytes stay as they are become one copy. */
  #runs(pieces: readonly Piece[]): readonly Rewrite[] {
    const rewrites: Rewrite[] = [];
    let run: Skip[] = [];
    const endRun = (): void => {
      if (run.length > 0) rewrites.push(copiedRun(run));
      run = [];
    };
    for (const piece of pieces) {
      const isCopy = piece.bytes === undefined && piece.reader !== undefined && this.isSame(piece.writer, piece.reader);
      if (isCopy) {
        run.push(this.#skips.of(piece.writer));
        continue;
      }
      endRun();
      rewrites.push(this.#rewriteOf(piece));
    }
    endRun();
    return rewrites;
  }

  #rewriteOf(piece: Piece): Rewrite {
    if (piece.bytes !== undefined) {
      const { bytes } = piece;
      return (_, out) => out.raw(bytes);
    }
    return piece.reader === undefined ? this.#skips.of(piece.writer) : this.of(piece.writer, piece.reader);
  }
}

/** A field of the writer, which the reader has at `place` or not at all, or a default. */
type Piece =
  | { readonly place: number; readonly bytes: Uint8Array }
  | {
      readonly place: number | undefined;
      readonly writer: TypeNode;
      readonly reader: TypeNode | undefined;
      readonly bytes?: undefined;
    };

/** Indexes of pieces by their place in the reader; undefined when they come in that order. */
function orderOf(places: readonly (number | undefined)[]): readonly number[] | undefined {
  const taken = places.flatMap((place, index) => (place === undefined ? [] : [{ place, index }]));
  if (taken.every(({ place }, index) => place === index)) return undefined;
  return taken.sort((one, other) => one.place - other.place).map(({ index }) => index);
}

function reordered(parts: readonly Rewrite[], order: readonly number[]): Rewrite {
  return (input, out) => {
    const ends = [out.length];
    for (const part of parts) {
      part(input, out);
      ends.push(out.length);
    }
    out.reorder(ends, order);
  };
}

function nested(rewrite: Rewrite): Rewrite {
  return (input, out) => {
    input.enter();
    rewrite(input, out);
    input.leave();
  };
}

function copied(skip: Skip): Rewrite {
  return (input, out) => {
    const { position } = input;
    skip(input);
    input.copyTo(out, position);
  };
}

function copiedRun(skips: readonly Skip[]): Rewrite {
  const [only] = skips;
  if (skips.length === 1 && only !== undefined) return copied(only);
  return (input, out) => {
    const { position } = input;
    for (const skip of skips) skip(input);
    input.copyTo(out, position);
  };
}

const copyKey: Rewrite = /*@__PURE__*/ copied((input) => input.skipBytes());

function blocks(item: Rewrite): Rewrite {
  return (input, out) => {
    for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
      const { position, blockEnd } = input;
      out.index(count);
      const { length } = out;
      for (let index = 0; index < count; index += 1) item(input, out);
      out.endItems(count, length);
      input.endBlock(count, position, blockEnd);
    }
    out.index(0);
  };
}

function enums(writer: EnumNode, reader: EnumNode): Rewrite {
  const fallback = reader.symbols.indexOf(enumDefaultOf(reader) ?? "");
  const places = writer.symbols.map((symbol) => {
    const place = reader.symbols.indexOf(symbol);
    return place < 0 ? fallback : place;
  });
  return (input, out) => out.index(places[input.index(places.length)] ?? 0);
}

/** Promotions that change bytes: those to float and double. */
function numbers(writer: TypeNode["kind"], reader: TypeNode["kind"]): Rewrite {
  switch (`${writer} ${reader}`) {
    case "int float":
      return (input, out) => out.float(input.int());
    case "int double":
      return (input, out) => out.double(input.int());
    case "long float":
      return (input, out) => out.float(nearestFloat(input.long()));
    case "long double":
      return (input, out) => out.double(Number(input.long()));
    case "float double":
      return (input, out) => out.double(input.float());
    default:
      throw new Error(`assertion failed: ${writer} is not read as ${reader}`);
  }
}

/** A long rounded once: a double between would round some twice. */
export function nearestFloat(value: bigint): number {
  // Beyond 2^53 the last bits become one that says whether any of them was set: 42 or more others stay.
  if (BigInt.asIntN(54, value) === value) return Math.fround(Number(value));
  const rest = (value & 0x7ffn) === 0n ? 0n : 1n;
  return Math.fround(Number((value >> 11n) | rest) * 2048);
}

function defaultBytes(field: FieldNode, { name }: RecordNode): Uint8Array {
  const out = new Writer();
  try {
    writeWalking(field.type, fieldDefault(field), out, new Walk());
  } catch (error) {
    // Generated types have none such.
    throw withPlace(error, `default of ${name}.${field.name}`, "");
  }
  return out.finish().slice();
}
