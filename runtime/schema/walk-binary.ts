/**
 * Avro binary by walking a type: for types without static code, and to say where bytes are faulty. Slow and exact: what it
 * accepts and what it gives are the same as static code's.
 */

import { fromBase, toBase } from "./base-value.js";
import { readArray, readEnum, writeArray, writeEnum } from "./collections.js";
import { fieldDefault } from "./default-value.js";
import { fault, mismatch } from "./fault.js";
import { checkedBytes } from "./logical-value.js";
import { isObject, memberOf, setMember } from "./member.js";
import type { Reader } from "./reader.js";
import { checkedInt, checkedLong, checkedReal, checkedSafe, checkedText } from "./scalar-json.js";
import {
  type FixedNode,
  isRecursive,
  type MapNode,
  type PrimitiveNode,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from "./type-node.js";
import { tagIn } from "./union-tag.js";
import type { Walk } from "./walk.js";
import type { Writer } from "./writer.js";

/** Appends a value's binary. */
export function writeWalking(node: TypeNode, value: unknown, out: Writer, walk: Walk): void {
  switch (node.kind) {
    case "record":
      writeRecord(node, value, out, walk);
      break;
    case "array": {
      let index = 0;
      if (!Array.isArray(value)) throw mismatch("an array", value);
      writeArray(out, value, (_, item: unknown) => {
        walk.into(index++);
        writeWalking(node.items, item, out, walk);
        walk.out();
      });
      break;
    }
    case "map":
      writeEntries(node, value, out, walk);
      break;
    case "union":
      writeUnion(node, value, out, walk);
      break;
    case "enum":
      writeEnum(out, checkedText(value), node.symbols);
      break;
    default:
      writeBase(node, toBase(node, value), out);
  }
}

function writeRecord(node: RecordNode, value: unknown, out: Writer, walk: Walk): void {
  if (!isObject(value)) throw mismatch(`a record ${node.name} (an object)`, value);
  const nests = isRecursive(node);
  if (nests) walk.enter();
  for (const field of node.fields) {
    walk.into(field.name);
    const member = memberOf(value, field.name);
    const isLeftOut = member === undefined && field.default !== undefined;
    writeWalking(field.type, isLeftOut ? fieldDefault(field) : member, out, walk);
    walk.out();
  }
  if (nests) walk.leave();
}

function writeEntries(node: MapNode, value: unknown, out: Writer, walk: Walk): void {
  if (!isObject(value)) throw mismatch("a map (an object)", value);
  const entries = Object.entries(value);
  if (entries.length > 0) out.index(entries.length);
  for (const [key, item] of entries) {
    walk.into(key);
    out.string(key);
    writeWalking(node.values, item, out, walk);
    walk.out();
  }
  out.index(0);
}

function writeUnion(node: UnionNode, value: unknown, out: Writer, walk: Walk): void {
  const nullIndex = node.tags.indexOf("null");
  if (value === null && nullIndex >= 0) {
    out.index(nullIndex);
    return;
  }
  const index = node.isTagged ? tagIn(node, value) : node.tags.findIndex((tag) => tag !== "null");
  const branch = node.branches[index];
  const tag = node.tags[index];
  if (branch === undefined || tag === undefined) throw mismatch("null", value);
  out.index(index);
  if (node.isTagged) walk.into(tag);
  writeWalking(branch, node.isTagged ? Object(value)[tag] : value, out, walk);
  if (node.isTagged) walk.out();
}

function writeBase(node: PrimitiveNode | FixedNode, base: unknown, out: Writer): void {
  switch (node.kind) {
    case "null":
      if (base !== null) throw mismatch("null", base);
      break;
    case "boolean":
      if (typeof base !== "boolean") throw mismatch("a boolean", base);
      out.boolean(base);
      break;
    case "int":
      out.int(checkedInt(base));
      break;
    case "long":
      if (node.isNumber) out.longNumber(checkedSafe(base));
      else out.long(checkedLong(base));
      break;
    case "float":
      out.float(checkedReal(base));
      break;
    case "double":
      out.double(checkedReal(base));
      break;
    case "bytes":
      out.bytes(checkedBytes(base));
      break;
    case "string":
      out.string(checkedText(base));
      break;
    case "fixed":
      out.fixed(checkedBytes(base), node.size);
      break;
  }
}

/** Reads a value. */
export function readWalking(node: TypeNode, input: Reader, walk: Walk): unknown {
  switch (node.kind) {
    case "record":
      return readRecord(node, input, walk);
    case "array": {
      let index = 0;
      return readArray(input, () => inside(node.items, index++, { input, walk }));
    }
    case "map":
      return readEntries(node, input, walk);
    case "union": {
      const index = input.index(node.branches.length);
      const branch = node.branches[index];
      const tag = node.tags[index];
      if (branch === undefined || tag === undefined) throw fault("found a branch of an empty union; expected none");
      if (!node.isTagged || branch.kind === "null") return readWalking(branch, input, walk);
      return { [tag]: inside(branch, tag, { input, walk }) };
    }
    case "enum":
      return readEnum(input, node.symbols);
    default:
      return fromBase(node, readBase(node, input));
  }
}

function readEntries(node: MapNode, input: Reader, walk: Walk): unknown {
  const map = Object.create(null);
  // Blocks of a map are those of an array whose items are a key and a value.
  readArray(input, () => {
    const key = input.string();
    map[key] = inside(node.values, key, { input, walk });
  });
  return map;
}

function readRecord(node: RecordNode, input: Reader, walk: Walk): object {
  const nests = isRecursive(node);
  if (nests) walk.enter();
  const record = {};
  for (const field of node.fields) setMember(record, field.name, inside(field.type, field.name, { input, walk }));
  if (nests) walk.leave();
  return record;
}

function inside(
  node: TypeNode,
  step: string | number,
  { input, walk }: { readonly input: Reader; readonly walk: Walk },
): unknown {
  walk.into(step);
  const value = readWalking(node, input, walk);
  walk.out();
  return value;
}

function readBase(node: PrimitiveNode | FixedNode, input: Reader): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "long":
      return node.isNumber ? input.longNumber() : input.long();
    case "fixed":
      return input.fixed(node.size);
    default:
      return input[node.kind]();
  }
}
