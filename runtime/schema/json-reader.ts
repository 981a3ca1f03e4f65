/** Values from JSON text, read in one pass without a tree: closures over a type, built once. For either JSON. */
import { describeValue, fault, mismatch } from "./fault.js";
import type { JsonScanner } from "./json-scanner.js";
import type { JsonStyle } from "./json-writer.js";
import { RecordShape } from "./record-shape.js";
import { isRecursive, type RecordNode, type TypeNode, type UnionNode } from "./type-node.js";
import { branchOf } from "./union-tag.js";
import type { Walk } from "./walk.js";

export type JsonRead = (input: JsonScanner, walk: Walk) => unknown;

/** The readers of one style. */
export class JsonReaders {
  readonly #style: JsonStyle;
  readonly #readers = new WeakMap<TypeNode, JsonRead>();

  constructor(style: JsonStyle) {
    this.#style = style;
  }

  of(node: TypeNode): JsonRead {
    let read = this.#readers.get(node);
    if (read === undefined) {
      read = node.kind === "record" ? this.#record(node) : this.#unnamed(node);
      this.#readers.set(node, read);
    }
    return read;
  }

  #unnamed(node: Exclude<TypeNode, RecordNode>): JsonRead {
    switch (node.kind) {
      case "array":
        return this.#array(node.items);
      case "map":
        return this.#map(node.values);
      case "union":
        return this.#union(node);
      default: {
        const scalar = this.#style.scalar(node);
        const isWhole = node.kind === "int" || node.kind === "long" || isDuration(node);
        return (input) => {
          const realsBefore = input.reals;
          const json = input.any();
          if (isWhole && input.reals > realsBefore) throw mismatch("whole numbers without point and exponent", json);
          return scalar.take(json);
        };
      }
    }
  }

  #record(node: RecordNode): JsonRead {
    const shape = new RecordShape(node);
    const fields: { readonly name: string; readonly quoted: string; readonly read: JsonRead }[] = [];
    const nests = isRecursive(node);
    const readRecord: JsonRead = (input, walk) => {
      if (!input.take("{")) throw input.unexpected(`a record ${node.name} (an object)`);
      if (nests) walk.enter();
      const values: unknown[] = new Array(fields.length);
      let next = 0;
      for (let isFirst = true; input.more(isFirst, "}"); isFirst = false) {
        // Members mostly come in the schema's order.
        let field = fields[next];
        let place = next;
        if (field === undefined || !input.takeName(field.quoted)) {
          const name = input.string();
          walk.into(name);
          place = shape.placeOf(name);
          field = fields[place];
          input.expect(":");
        } else walk.into(field.name);
        if (values[place] !== undefined) throw duplicate(field?.name);
        values[place] = field?.read(input, walk);
        walk.out();
        next = place + 1;
      }
      if (nests) walk.leave();
      return shape.build(values, walk);
    };
    // Known before its fields are, since they may lead back to it.
    this.#readers.set(node, readRecord);
    for (const { name, type } of node.fields) fields.push({ name, quoted: `"${name}":`, read: this.of(type) });
    return readRecord;
  }

  #array(items: TypeNode): JsonRead {
    const read = this.of(items);
    return (input, walk) => {
      if (!input.take("[")) throw input.unexpected("an array");
      const values: unknown[] = [];
      while (input.more(values.length === 0, "]")) {
        walk.into(values.length);
        values.push(read(input, walk));
        walk.out();
      }
      return values;
    };
  }

  #map(valueNode: TypeNode): JsonRead {
    const read = this.of(valueNode);
    return (input, walk) => {
      if (!input.take("{")) throw input.unexpected("a map (an object)");
      const map = Object.create(null);
      for (let isFirst = true; input.more(isFirst, "}"); isFirst = false) {
        const key = input.string();
        walk.into(key);
        if (key in map) throw duplicate(key);
        input.expect(":");
        map[key] = read(input, walk);
        walk.out();
      }
      return map;
    };
  }

  #union(node: UnionNode): JsonRead {
    const reads = node.branches.map((branch) => this.of(branch));
    const hasNull = node.tags.includes("null");
    const bareIndex = node.branches.findIndex((branch) => branch.kind !== "null");
    const readTagged: JsonRead = (input, walk) => {
      if (!input.take("{"))
        throw input.unexpected(hasNull ? "null or an object with one tag" : "an object with one tag");
      const tag = input.string();
      walk.into(tag);
      const read = reads[branchOf(node, tag)];
      input.expect(":");
      const value = read?.(input, walk);
      walk.out();
      input.expect("}");
      return node.isTagged ? { [tag]: value } : value;
    };
    const readBare: JsonRead = node.isTagged || this.#style.tagsAll ? readTagged : (reads[bareIndex] ?? readNothing);
    return (input, walk) => {
      if (!hasNull || input.peek() !== "n") return readBare(input, walk);
      return input.scalar();
    };
  }
}

function isDuration(node: TypeNode): boolean {
  return node.kind === "fixed" && node.logical?.kind === "duration";
}

function readNothing(input: JsonScanner): never {
  throw input.unexpected("null");
}

function duplicate(name: string | undefined): Error {
  return fault(`found a second member ${describeValue(name)}; expected each name once`);
}
