/** Instructions that pass over values: what is the same in both schemas, or is left out. */
import { emitBlocks, emitUnion, soleOf } from "./rewrite-flow.js";
import { type Assembler, ops } from "./rewrite-ops.js";
import type { Procedures } from "./rewrite-procedures.js";
import type { TypeNode, UnionNode } from "./type-node.js";

/** See the head of the file. */
export class PassCompiler {
  readonly #out: Assembler;
  readonly #procedures: Procedures;

  constructor(out: Assembler, procedures: Procedures) {
    this.#out = out;
    this.#procedures = procedures;
  }

  /** Passes over a value whose bytes stay as they are, or are left out: what tells where it ends is checked, and no more. */
  pass(node: TypeNode): void {
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
        if (!this.#items(node.items)) emitBlocks(out, ops.itemsSame, ops.nextSame, () => this.pass(node.items));
        break;
      case "map":
        if (node.values.kind === "string" || node.values.kind === "bytes") out.emit(ops.texts, 2);
        else
          emitBlocks(out, ops.itemsSame, ops.nextSame, () => {
            out.count(ops.text, 1);
            this.pass(node.values);
          });
        break;
      case "union":
        if (!this.#optional(node)) emitUnion(out, node, (branch) => this.pass(branch));
        break;
      case "record":
        this.#procedures.place(node, undefined, () => {
          for (const { type } of node.fields) this.pass(type);
        });
        break;
    }
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
}
