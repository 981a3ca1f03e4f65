/** The parts of ordered keys, by type: see `ordered-key.ts` for what they look like. */

import { fieldDefault } from "./default-value.js";
import { fault, mismatch, symbolList } from "./fault.js";
import { isObject, memberOf, setMember } from "./member.js";
import { inverted, type OrderedCursor } from "./ordered-bytes.js";
import { orderedScalar } from "./ordered-scalar.js";
import { type EnumNode, isRecursive, type RecordNode, type TypeNode, type UnionNode } from "./type-node.js";
import { tagIn } from "./union-tag.js";
import type { Walk } from "./walk.js";

/** Writes and reads a value as a piece that ends itself. */
export interface OrderedCodec {
  write(value: unknown, walk: Walk): string;
  read(input: OrderedCursor): unknown;
}

const codecs = /*@__PURE__*/ new WeakMap<TypeNode, OrderedCodec>();

/** The codec of a type, built once. */
export function orderedCodec(node: TypeNode): OrderedCodec {
  let codec = codecs.get(node);
  if (codec === undefined) {
    codec = node.kind === "record" ? recordCodec(node) : unnamedCodec(node);
    codecs.set(node, codec);
  }
  return codec;
}

function unnamedCodec(node: Exclude<TypeNode, RecordNode>): OrderedCodec {
  switch (node.kind) {
    case "array":
      return arrayCodec(orderedCodec(node.items));
    case "map":
      throw mismatch("a key type without maps, which have no order", node.kind);
    case "union":
      return unionCodec(node);
    case "enum":
      return enumCodec(node);
    default:
      return orderedScalar(node);
  }
}

function arrayCodec(items: OrderedCodec): OrderedCodec {
  return {
    write(value, walk) {
      if (!Array.isArray(value)) throw mismatch("an array", value);
      let piece = "";
      for (const [index, item] of value.entries()) {
        walk.into(index);
        piece += `\x01${items.write(item, walk)}`;
        walk.out();
      }
      return `${piece}\0`;
    },
    read(input) {
      const values: unknown[] = [];
      while (input.byte() !== 0) values.push(items.read(input));
      return values;
    },
  };
}

function enumCodec({ symbols }: EnumNode): OrderedCodec {
  const index = indexCodec(symbols.length);
  return {
    write(value) {
      const place = typeof value === "string" ? symbols.indexOf(value) : -1;
      if (place < 0) throw mismatch(`one of ${symbolList(symbols)}`, value);
      return index.write(place);
    },
    read: (input) => symbols[index.read(input)],
  };
}

function unionCodec(node: UnionNode): OrderedCodec {
  const branches = node.branches.map(orderedCodec);
  const index = indexCodec(branches.length);
  const nullIndex = node.tags.indexOf("null");
  const bareIndex = node.branches.findIndex((branch) => branch.kind !== "null");
  return {
    write(value, walk) {
      if (value === null && nullIndex >= 0) return index.write(nullIndex);
      const place = node.isTagged ? tagIn(node, value) : bareIndex;
      const branch = branches[place];
      const tag = node.tags[place];
      if (branch === undefined || tag === undefined) throw mismatch("null", value);
      if (!node.isTagged) return index.write(place) + branch.write(value, walk);
      walk.into(tag);
      const piece = index.write(place) + branch.write(Object(value)[tag], walk);
      walk.out();
      return piece;
    },
    read(input) {
      const place = index.read(input);
      const value = branches[place]?.read(input);
      return node.isTagged && place !== nullIndex ? { [node.tags[place] ?? ""]: value } : value;
    },
  };
}

/** An index below `count`: one byte where that is enough. */
function indexCodec(count: number): { write(index: number): string; read(input: OrderedCursor): number } {
  const isShort = count <= 0x100;
  return {
    write: (index) =>
      isShort ? String.fromCharCode(index) : String.fromCharCode(index >>> 16, (index >>> 8) & 0xff, index & 0xff),
    read(input) {
      const index = isShort ? input.byte() : (input.byte() << 16) | (input.byte() << 8) | input.byte();
      if (index >= count) throw fault(`found the index ${index} in an ordered key; expected one of ${count}, from 0`);
      return index;
    },
  };
}

/** Writes one field of a record. */
export interface OrderedField {
  write(value: unknown, walk: Walk): string;
}

/** The fields of a record, each written as it stands in an ordered key. */
export function orderedFields(node: RecordNode): readonly OrderedField[] {
  return node.fields.map((field) => ({
    write(value, walk) {
      walk.into(field.name);
      const isLeftOut = value === undefined && field.default !== undefined;
      const piece = orderedCodec(field.type).write(isLeftOut ? fieldDefault(field) : value, walk);
      walk.out();
      return field.isDescending ? inverted(piece) : piece;
    },
  }));
}

function recordCodec(node: RecordNode): OrderedCodec {
  const fields = orderedFields(node);
  const nests = isRecursive(node);
  return {
    write(value, walk) {
      if (!isObject(value)) throw mismatch(`a record ${node.name} (an object)`, value);
      if (nests) walk.enter();
      let key = "";
      for (const [place, field] of fields.entries())
        key += field.write(memberOf(value, node.fields[place]?.name ?? ""), walk);
      if (nests) walk.leave();
      return key;
    },
    read(input) {
      const record = {};
      for (const field of node.fields) {
        if (field.isDescending) input.invert();
        setMember(record, field.name, orderedCodec(field.type).read(input));
        if (field.isDescending) input.invert();
      }
      return record;
    },
  };
}
