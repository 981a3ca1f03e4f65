/**
 * Programs that turn Avro binary of a writer's schema into that of a reader's. Bytes that are the same in both are copied with
 * only their ends looked at; static code then reads the result as it reads any other, and so what it gives is the same by
 * construction.
 */
import { enumDefaultOf } from "./aliases.js";
import type { Matching } from "./matching.js";
import { emitBlocks, emitBranch, emitUnion, soleOf } from "./rewrite-flow.js";
import { Assembler, ops, type RewriteProgram } from "./rewrite-ops.js";
import { PassCompiler } from "./rewrite-pass-plan.js";
import { orderOf, type Piece, piecesOf } from "./rewrite-pieces.js";
import { Procedures } from "./rewrite-procedures.js";
import { SameBytes } from "./same-bytes.js";
import type { EnumNode, RecordNode, TypeNode, UnionNode } from "./type-node.js";
import { Writer } from "./writer.js";

/** Makes the program of two types that match; undefined where the writer's bytes are the reader's already. */
export function rewritePlan(writer: TypeNode, reader: TypeNode, matching: Matching): RewriteProgram | undefined {
  const same = new SameBytes(matching);
  return same.areSame(writer, reader) ? undefined : new Compiler(matching, same).program(writer, reader);
}

class Compiler {
  readonly #matching: Matching;
  readonly #same: SameBytes;
  readonly #out = new Assembler();
  readonly #procedures = new Procedures(this.#out);
  readonly #passes = new PassCompiler(this.#out, this.#procedures);

  constructor(matching: Matching, same: SameBytes) {
    this.#matching = matching;
    this.#same = same;
  }

  program(writer: TypeNode, reader: TypeNode): RewriteProgram {
    this.#rewrite(writer, reader);
    this.#out.emit(ops.end);
    this.#procedures.finish();
    return this.#out.finish();
  }

  #rewrite(writer: TypeNode, reader: TypeNode): void {
    if (this.#same.areSame(writer, reader)) this.#passes.pass(writer);
    else if (writer.kind === "union") this.#fromUnion(writer, reader);
    else if (reader.kind === "union") {
      const index = this.#branch(writer, reader);
      this.#out.constant(indexBytes(index));
      this.#rewrite(writer, reader.branches[index] ?? reader);
    } else if (writer.kind === "record" && reader.kind === "record") this.#record(writer, reader);
    else if (writer.kind === "array" && reader.kind === "array")
      emitBlocks(this.#out, ops.items, ops.next, () => this.#rewrite(writer.items, reader.items));
    else if (writer.kind === "map" && reader.kind === "map")
      emitBlocks(this.#out, ops.items, ops.next, () => {
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
      emitUnion(this.#out, writer, (branch) => {
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
    else if (isKept) emitUnion(this.#out, writer, each);
    else emitBranch(this.#out, writer, indexes, each);
  }

  #branch(writer: TypeNode, reader: UnionNode): number {
    const index = this.#matching.branch(writer, reader);
    if (index === undefined) throw new Error("assertion failed: no branch, though types match");
    return index;
  }

  #record(writer: RecordNode, reader: RecordNode): void {
    this.#procedures.place(writer, reader, () => {
      const pieces = piecesOf(writer, reader);
      const order = orderOf(pieces);
      if (order === undefined) this.#inTurn(pieces);
      else this.#inOrder(pieces, order);
    });
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
    else if (piece.reader === undefined) this.#passes.pass(piece.writer);
    else this.#rewrite(piece.writer, piece.reader);
  }
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
