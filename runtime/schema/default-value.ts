/** Values of fields that are left out: the schema's defaults, as its table in "Records" maps them from JSON. */

import { fromBase } from "./base-value.js";
import { mismatch } from "./fault.js";
import { checkedBytes } from "./logical-value.js";
import { isObject, memberOf, setMember } from "./member.js";
import { checkedText, enumJson, sharedScalar } from "./scalar-json.js";
import type { FieldNode, FixedNode, PrimitiveNode, TypeNode } from "./type-node.js";

/** What is made of a scalar's value in its base type. */
type Held = (node: PrimitiveNode | FixedNode, base: unknown) => unknown;

const asBase: Held = (_node, base) => base;

/** A default's value as TypeScript holds it, made anew at each call. @throws VALUE_INVALID for JSON that does not fit. */
export function defaultValue(node: TypeNode, json: unknown): unknown {
  return read(node, json, fromBase);
}

/**
 * Refuses JSON that is no default of the type. Avro knows no logical types here: a date beyond the calendar is a default
 * like any other, though TypeScript cannot hold it.
 *
 * @throws VALUE_INVALID
 */
export function checkDefault(node: TypeNode, json: unknown): void {
  read(node, json, asBase);
}

function read(node: TypeNode, json: unknown, held: Held): unknown {
  switch (node.kind) {
    case "record": {
      const members = objectOf(json);
      const record = {};
      for (const field of node.fields)
        setMember(record, field.name, read(field.type, given(field, memberOf(members, field.name)), held));
      return record;
    }
    case "array":
      if (!Array.isArray(json)) throw mismatch("an array", json);
      return json.map((item: unknown) => read(node.items, item, held));
    case "map": {
      const map = Object.create(null);
      for (const [key, value] of Object.entries(objectOf(json))) map[key] = read(node.values, value, held);
      return map;
    }
    case "union": {
      // Since Avro 1.12 it may be of any branch: the first that takes it as Avro sees it.
      const index = node.branches.findIndex((branch) => isDefaultOf(branch, json));
      const branch = node.branches[index];
      if (branch === undefined) throw mismatch("a value of one of the branches", json);
      const value = read(branch, json, held);
      return node.isTagged && value !== null ? { [node.tags[index] ?? ""]: value } : value;
    }
    case "enum":
      return enumJson(node).take(json);
    case "fixed":
      return held(node, checkedBytes(latin1Bytes(json), node.size));
    default:
      return held(node, primitive(node, json, node.isNumber && held !== asBase));
  }
}

/** Whether JSON is a default of a union's branch, as Avro sees it: "NaN" is a text, whatever Java takes it for elsewhere. */
export function isDefaultOf(node: TypeNode, json: unknown): boolean {
  if ((node.kind === "double" || node.kind === "float") && typeof json === "string") return false;
  try {
    checkDefault(node, json);
    return true;
  } catch {
    return false;
  }
}

/** The value of a field that is `undefined` or the JSON of one. @throws VALUE_INVALID where there is no default. */
export function fieldDefault(field: FieldNode, json: unknown = field.default): unknown {
  return defaultValue(field.type, given(field, json));
}

function given(field: FieldNode, json: unknown = field.default): unknown {
  if (json === undefined) throw mismatch(`a value for ${field.name}, which has no default`, undefined);
  return json;
}

function primitive(node: PrimitiveNode, json: unknown, isNumber: boolean): unknown {
  if (node.kind === "bytes") return latin1Bytes(json);
  // Plain JSON takes a long as text too; a schema does not, not even "5".
  if (node.kind === "long" && typeof json === "string") throw mismatch("a whole number", json);
  return sharedScalar(node.kind, isNumber).take(json);
}

/** Bytes of a text whose characters 0 to 255 are one each. */
export function latin1Bytes(json: unknown): Uint8Array {
  const text = checkedText(json);
  if (/[^\0-\xff]/.test(text)) throw mismatch("bytes (a text of characters up to U+00FF)", json);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function objectOf(json: unknown): { readonly [member: string]: unknown } {
  if (!isObject(json)) throw mismatch("an object", json);
  return json;
}
