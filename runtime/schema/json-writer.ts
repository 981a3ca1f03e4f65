/** JSON text of values: closures over a type, built once. Plain JSON and Avro's JSON encoding differ by a style. */

import { fieldDefault } from "./default-value.js";
import { mismatch } from "./fault.js";
import { isObject, memberOf } from "./member.js";
import { quote, type ScalarJson } from "./scalar-json.js";
import {
  type EnumNode,
  type FieldNode,
  type FixedNode,
  isRecursive,
  type PrimitiveNode,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from "./type-node.js";
import { tagIn } from "./union-tag.js";
import type { Walk } from "./walk.js";

/** What tells plain JSON and Avro's JSON encoding apart. */
export interface JsonStyle {
  readonly scalar: (node: PrimitiveNode | FixedNode | EnumNode) => ScalarJson;
  /** Whether a branch beside null is tagged also where its value stands bare in TypeScript. */
  readonly tagsAll: boolean;
}

export type JsonWrite = (value: unknown, walk: Walk) => string;

interface FieldWriter {
  readonly field: FieldNode;
  /** What stands before its value: comma, name, colon. */
  readonly front: string;
  /** Whether every object has a member of that name. */
  readonly isInherited: boolean;
  readonly write: JsonWrite;
}

/** The writers of one style. */
export class JsonWriters {
  readonly #style: JsonStyle;
  readonly #writers = new WeakMap<TypeNode, JsonWrite>();

  constructor(style: JsonStyle) {
    this.#style = style;
  }

  of(node: TypeNode): JsonWrite {
    let write = this.#writers.get(node);
    if (write === undefined) {
      write = node.kind === "record" ? this.#record(node) : this.#unnamed(node);
      this.#writers.set(node, write);
    }
    return write;
  }

  #unnamed(node: Exclude<TypeNode, RecordNode>): JsonWrite {
    switch (node.kind) {
      case "array":
        return this.#array(node.items);
      case "map":
        return this.#map(node.values);
      case "union":
        return this.#union(node);
      default: {
        const scalar = this.#style.scalar(node);
        return (value, walk) => scalar.write(value, walk.hasTextLongs);
      }
    }
  }

  #record(node: RecordNode): JsonWrite {
    const fields: FieldWriter[] = [];
    const nests = isRecursive(node);
    const writeRecord: JsonWrite = (value, walk) => {
      if (!isObject(value)) throw mismatch(`a record ${node.name} (an object)`, value);
      if (nests) walk.enter();
      let text = "{";
      for (const { field, front, isInherited, write } of fields) {
        walk.into(field.name);
        const member = isInherited ? memberOf(value, field.name) : value[field.name];
        text += front + write(member === undefined && field.default !== undefined ? fieldDefault(field) : member, walk);
        walk.out();
      }
      if (nests) walk.leave();
      return `${text}}`;
    };
    // Known before its fields are, since they may lead back to it.
    this.#writers.set(node, writeRecord);
    for (const field of node.fields) {
      const front = `${fields.length === 0 ? "" : ","}"${field.name}":`;
      fields.push({ field, front, isInherited: field.name in Object.prototype, write: this.of(field.type) });
    }
    return writeRecord;
  }

  #array(items: TypeNode): JsonWrite {
    const write = this.of(items);
    return (value, walk) => {
      if (!Array.isArray(value)) throw mismatch("an array", value);
      let text = "[";
      for (let index = 0; index < value.length; index += 1) {
        walk.into(index);
        text += (index === 0 ? "" : ",") + write(value[index], walk);
        walk.out();
      }
      return `${text}]`;
    };
  }

  #map(values: TypeNode): JsonWrite {
    const write = this.of(values);
    return (value, walk) => {
      if (!isObject(value)) throw mismatch("a map (an object)", value);
      let text = "{";
      for (const key of Object.keys(value)) {
        walk.into(key);
        text += `${text === "{" ? "" : ","}${quote(key)}:${write(value[key], walk)}`;
        walk.out();
      }
      return `${text}}`;
    };
  }

  #union(node: UnionNode): JsonWrite {
    const writes = node.branches.map((branch) => this.of(branch));
    const nullIndex = node.tags.indexOf("null");
    const bareIndex = node.branches.findIndex((branch) => branch.kind !== "null");
    return (value, walk) => {
      if (value === null && nullIndex >= 0) return "null";
      const index = node.isTagged ? tagIn(node, value) : bareIndex;
      const write = writes[index];
      const tag = node.tags[index];
      if (write === undefined || tag === undefined) throw mismatch("null", value);
      if (!node.isTagged) {
        const text = write(value, walk);
        return this.#style.tagsAll ? `{"${tag}":${text}}` : text;
      }
      walk.into(tag);
      const text = write(Object(value)[tag], walk);
      walk.out();
      return `{"${tag}":${text}}`;
    };
  }
}
