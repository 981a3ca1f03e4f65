/**
 * Programs that turn Avro binary of a writer's schema into that of a reader's. Bytes that are the same in both are copied with
 * only their ends looked at; static code then reads the result as it reads any other, and so what it gives is the same by
 * construction.
 */
import { enumDefaultOf, sourcesOf } from "./aliases.js";
import { fieldDefault } from "./default-value.js";
import { withPlace } from "./explain.js";
import type { Matching } from "./matching.js";
import { Assembler, ops, type RewriteProgram } from "./rewrite-ops.js";
import { SameBytes } from "./same-bytes.js";
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

/** Numbers of a program up to which records stand where they are used; from there on, each stands once and is called. */
const inlineLimit = 4096;

/** Makes the program of two types that match; undefined where the writer's bytes are the reader's already. */
export function rewritePlan(writer: TypeNode, reader: TypeNode, matching: Matching): RewriteProgram | undefined {
  const same = new SameBytes(matching);
  return same.areSame(writer, reader) ? undefined : new Compiler(matching, same).program(writer, reader);
}

/** A record that is called. */
interface Procedure {
  readonly holes: number[];
  readonly emit: () => void;
}

class Compiler {
  readonly #matching: Matching;
  readonly #same: SameBytes;
  readonly #out = new Assembler();
  /** By the writer's record; those that are only passed over have no reader. */
  readonly #procedures = new Map<RecordNode, Map<RecordNode | undefined, Procedure>>();
  readonly #waiting: Procedure[] = [];

  constructor(matching: Matching, same: SameBytes) {
    this.#matching = matching;
    this.#same = same;
  }

  program(writer: TypeNode, reader: TypeNode): RewriteProgram {
    this.#rewrite(writer, reader);
    this.#out.emit(ops.end);
    const done: (readonly [number, Procedure])[] = [];
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      done.push([this.#out.label(), next]);
      next.emit();
      this.#out.emit(ops.return);
    }
    for (const [entry, { holes }] of done) for (const hole of holes) this.#out.fill(hole, entry);
    return this.#out.finish();
  }

  #rewrite(writer: TypeNode, reader: TypeNode): void {
    if (this.#same.areSame(writer, reader)) this.#pass(writer);
    else if (writer.kind === "union") this.#fromUnion(writer, reader);
    else if (reader.kind === "union") {
      const index = this.#branch(writer, reader);
      this.#out.constant(indexBytes(index));
      this.#rewrite(writer, reader.branches[index] ?? reader);
    } else if (writer.kind === "record" && reader.kind === "record") this.#record(writer, reader);
    else if (writer.kind === "array" && reader.kind === "array")
      this.#blocks(ops.items, ops.next, () => this.#rewrite(writer.items, reader.items));
    else if (writer.kind === "map" && reader.kind === "map")
      this.#blocks(ops.items, ops.next, () => {
        this.#out.count(ops.text, 1);
        this.#rewrite(writer.values, reader.values);
      });
    else if (writer.kind === "enum" && reader.kind === "enum")
      this.#out.emit(ops.enum, writer.symbols.length, ...places(writer, reader));
    else if (writer.kind === "float") this.#out.count(ops.floatDouble, 1);
    else this.#out.emit(numberOp(writer.kind, reader.kind));
  }

  #fromUnion(writer: UnionNode, reader: TypeNode): void {
    if (reader.kind !== "union") {
      // The index is left out.
      this.#out.emit(ops.drop);
      this.#choice(ops.union, writer, (branch) => {
        this.#out.emit(ops.keep);
        this.#rewrite(branch, reader);
      });
      return;
    }
    const indexes = writer.branches.map((branch) => this.#branch(branch, reader));
    // Where each branch has its own index in the reader, that stays as it is.
    const isKept = indexes.every((index, place) => index === place) && writer.branches.length <= reader.branches.length;
    const each = (branch: TypeNode, place: number): void =>
      this.#rewrite(branch, reader.branches[indexes[place] ?? 0] ?? reader);
    const some = soleOf(writer);
    if (isKept && some?.branch.kind === "float" && reader.branches[1 - some.none]?.kind === "double")
      this.#out.count(ops.optionalFloatDouble, 1, 2 * some.none);
    else if (isKept) this.#choice(ops.union, writer, each);
    else this.#choice(ops.branch, writer, each, indexes);
  }

  /** One of several goes on at its target, and all meet again behind. */
  #choice(
    op: number,
    node: UnionNode,
    each: (branch: TypeNode, place: number) => void,
    indexes?: readonly number[],
  ): void {
    const out = this.#out;
    const { branches } = node;
    const some = op === ops.union ? soleOf(node) : undefined;
    if (some !== undefined) {
      // The byte of an index is twice as much.
      out.emit(ops.optional, 2 * some.none);
      const exit = out.hole();
      each(some.branch, 1 - some.none);
      out.fill(exit);
      return;
    }
    out.emit(op, branches.length);
    const holes = branches.map((_, place) => {
      const index = indexes?.[place];
      if (index !== undefined) out.emit(index);
      return out.hole();
    });
    const exits: number[] = [];
    for (const [place, branch] of branches.entries()) {
      const hole = holes[place] ?? 0;
      const start = out.label();
      out.fill(hole, start);
      each(branch, place);
      // A branch without bytes meets the others at once; the last one has nothing to jump over.
      if (out.label() === start) exits.push(hole);
      else if (place < branches.length - 1) {
        out.emit(ops.jump);
        exits.push(out.hole());
      }
    }
    for (const exit of exits) out.fill(exit);
  }

  /** Arrays of primitives pass in one instruction. @returns Whether it is one. */
  #items(items: TypeNode): boolean {
    const out = this.#out;
    switch (items.kind) {
      case "int":
        out.emit(ops.ints);
        return true;
      case "long":
        out.emit(ops.longs);
        return true;
      case "bytes":
      case "string":
        out.emit(ops.texts, 1);
        return true;
      case "boolean":
        out.emit(ops.skips, 1);
        return true;
      case "float":
        out.emit(ops.skips, 4);
        return true;
      case "double":
        out.emit(ops.skips, 8);
        return true;
      default:
        return false;
    }
  }

  /** Unions of null and a primitive pass in one instruction. @returns Whether it is one. */
  #optional(node: UnionNode): boolean {
    const some = soleOf(node);
    const none = 2 * (some?.none ?? 0);
    switch (some?.branch.kind) {
      case "int":
        this.#out.count(ops.optionalInt, 1, none);
        return true;
      case "long":
        this.#out.count(ops.optionalLong, 1, none);
        return true;
      case "bytes":
      case "string":
        this.#out.count(ops.optionalText, 1, none);
        return true;
      case "boolean":
        this.#out.count(ops.optionalSkip, 1, 1, none);
        return true;
      case "float":
        this.#out.count(ops.optionalSkip, 1, 4, none);
        return true;
      case "double":
        this.#out.count(ops.optionalSkip, 1, 8, none);
        return true;
      default:
        return false;
    }
  }

  #branch(writer: TypeNode, reader: UnionNode): number {
    const index = this.#matching.branch(writer, reader);
    if (index === undefined) throw new Error("assertion failed: no branch, though types match");
    return index;
  }

  #blocks(begin: number, end: number, item: () => void): void {
    const out = this.#out;
    out.emit(begin);
    const none = out.hole();
    const first = out.label();
    item();
    out.emit(end, first);
    out.fill(none);
  }

  /** Passes over a value whose bytes stay as they are, or are left out: what tells where it ends is checked, and no more. */
  #pass(node: TypeNode): void {
    const out = this.#out;
    switch (node.kind) {
      case "null":
        break;
      case "boolean":
        out.count(ops.skip, 1);
        break;
      case "int":
        out.count(ops.int, 1);
        break;
      case "long":
        out.count(ops.long, 1);
        break;
      case "float":
        out.count(ops.skip, 4);
        break;
      case "double":
        out.count(ops.skip, 8);
        break;
      case "bytes":
      case "string":
        out.count(ops.text, 1);
        break;
      case "fixed":
        out.count(ops.skip, node.size);
        break;
      case "enum":
        out.emit(ops.index, node.symbols.length);
        break;
      case "array":
        if (!this.#items(node.items)) this.#blocks(ops.itemsSame, ops.nextSame, () => this.#pass(node.items));
        break;
      case "map":
        if (node.values.kind === "string" || node.values.kind === "bytes") out.emit(ops.texts, 2);
        else
          this.#blocks(ops.itemsSame, ops.nextSame, () => {
            out.count(ops.text, 1);
            this.#pass(node.values);
          });
        break;
      case "union":
        if (!this.#optional(node)) this.#choice(ops.union, node, (branch) => this.#pass(branch));
        break;
      case "record":
        this.#placed(node, undefined, () => {
          for (const { type } of node.fields) this.#pass(type);
        });
        break;
    }
  }

  #record(writer: RecordNode, reader: RecordNode): void {
    this.#placed(writer, reader, () => {
      const pieces = this.#pieces(writer, reader);
      const order = orderOf(pieces.map(({ place }) => place));
      if (order === undefined) this.#inTurn(pieces);
      else this.#inOrder(pieces, order);
    });
  }

  /** Puts the code of a record here, or calls it where it stands. */
  #placed(writer: RecordNode, reader: RecordNode | undefined, emit: () => void): void {
    const isNested = isRecursive(writer);
    if (!isNested && this.#out.length < inlineLimit) {
      emit();
      return;
    }
    const readers = this.#procedures.get(writer) ?? new Map<RecordNode | undefined, Procedure>();
    this.#procedures.set(writer, readers);
    let procedure = readers.get(reader);
    if (procedure === undefined) {
      procedure = { holes: [], emit: isNested ? () => this.#nested(emit) : emit };
      readers.set(reader, procedure);
      this.#waiting.push(procedure);
    }
    this.#out.emit(ops.call);
    procedure.holes.push(this.#out.hole());
  }

  #nested(emit: () => void): void {
    this.#out.emit(ops.enter);
    emit();
    this.#out.emit(ops.leave);
  }

  #inTurn(pieces: readonly Piece[]): void {
    let isDropping = false;
    for (const piece of pieces) {
      const isLeftOut = piece.bytes === undefined && piece.reader === undefined;
      if (isLeftOut !== isDropping) this.#out.emit(isLeftOut ? ops.drop : ops.keep);
      isDropping = isLeftOut;
      this.#piece(piece);
    }
    if (isDropping) this.#out.emit(ops.keep);
  }

  #inOrder(pieces: readonly Piece[], order: readonly number[]): void {
    this.#out.emit(ops.piece);
    for (const piece of pieces) {
      this.#inTurn([piece]);
      this.#out.emit(ops.piece);
    }
    this.#out.reorder(pieces.length, order);
  }

  #piece(piece: Piece): void {
    if (piece.bytes !== undefined) this.#out.constant(piece.bytes);
    else if (piece.reader === undefined) this.#pass(piece.writer);
    else this.#rewrite(piece.writer, piece.reader);
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

/** What stands beside null in a union of two, and the place of null; undefined for others. */
function soleOf({ branches }: UnionNode): { readonly none: number; readonly branch: TypeNode } | undefined {
  const none = branches.findIndex(({ kind }) => kind === "null");
  const branch = branches[1 - none];
  return branches.length !== 2 || none < 0 || branch === undefined ? undefined : { none, branch };
}

/** Where each of the writer's symbols stands in the reader. */
function places(writer: EnumNode, reader: EnumNode): readonly number[] {
  const fallback = reader.symbols.indexOf(enumDefaultOf(reader) ?? "");
  return writer.symbols.map((symbol) => {
    const place = reader.symbols.indexOf(symbol);
    return place < 0 ? fallback : place;
  });
}

/** Promotions that change bytes: those to float and double. */
function numberOp(writer: TypeNode["kind"], reader: TypeNode["kind"]): number {
  switch (`${writer} ${reader}`) {
    case "int float":
      return ops.intFloat;
    case "int double":
      return ops.intDouble;
    case "long float":
      return ops.longFloat;
    case "long double":
      return ops.longDouble;
    default:
      throw new Error(`assertion failed: ${writer} is not read as ${reader}`);
  }
}

function indexBytes(index: number): Uint8Array {
  const out = new Writer();
  out.index(index);
  return out.finish().slice();
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
