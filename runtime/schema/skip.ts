/** Passing over values of a writer's schema that no reader asks for. */
import type { Reader } from "./reader.js";
import { isRecursive, type RecordNode, type TypeNode } from "./type-node.js";

/** Moves a reader past one value. It checks what tells where the value ends, and no more. */
export type Skip = (input: Reader) => void;

/** Makes skips; one for each plan, since recursive types lead back to themselves. */
export class Skips {
  readonly #records = new Map<RecordNode, Skip>();

  of(node: TypeNode): Skip {
    switch (node.kind) {
      case "null":
        return () => undefined;
      case "boolean":
        return skipByte;
      case "int":
        return skipInt;
      case "long":
        return skipLong;
      case "float":
        return skipFour;
      case "double":
        return skipEight;
      case "bytes":
      case "string":
        return skipBytes;
      case "fixed": {
        const { size } = node;
        return (input) => input.skip(size);
      }
      case "enum": {
        const { length } = node.symbols;
        return (input) => {
          input.index(length);
        };
      }
      case "array":
        return blocks(this.of(node.items));
      case "map": {
        const value = this.of(node.values);
        return blocks((input) => {
          input.skipBytes();
          value(input);
        });
      }
      case "union": {
        const branches = node.branches.map((branch) => this.of(branch));
        return (input) => branches[input.index(branches.length)]?.(input);
      }
      case "record":
        return this.#record(node);
    }
  }

  #record(node: RecordNode): Skip {
    const known = this.#records.get(node);
    if (known !== undefined) return known;
    const fields: Skip[] = [];
    const all = inOrder(fields);
    const skip: Skip = isRecursive(node)
      ? (input) => {
          input.enter();
          all(input);
          input.leave();
        }
      : all;
    this.#records.set(node, skip);
    for (const field of node.fields) fields.push(this.of(field.type));
    return skip;
  }
}

/** One after the other; the list may still grow. */
export function inOrder(skips: readonly Skip[]): Skip {
  return (input) => {
    for (const skip of skips) skip(input);
  };
}

function blocks(item: Skip): Skip {
  return (input) => {
    for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
      const { position, blockEnd } = input;
      if (blockEnd >= 0) {
        input.skipBlock();
        continue;
      }
      for (let index = 0; index < count; index += 1) item(input);
      input.endBlock(count, position, blockEnd);
    }
  };
}

const skipByte: Skip = (input) => input.skip(1);
const skipFour: Skip = (input) => input.skip(4);
const skipEight: Skip = (input) => input.skip(8);
const skipInt: Skip = (input) => input.skipInt();
const skipLong: Skip = (input) => input.skipLong();
const skipBytes: Skip = (input) => input.skipBytes();
