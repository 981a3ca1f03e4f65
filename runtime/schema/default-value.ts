/** Values of fields that are left out: the schema's defaults, as its table in "Records" maps them from JSON. */

import { fromBase } from "./base-value.js";
import { mismatch } from "./fault.js";
import { checkedBytes } from "./logical-value.js";
import { isObject, memberOf, setMember } from "./member.js";
import { checkedText, enumJson, sharedScalar, takeLong } from "./scalar-json.js";
import type { FieldNode, PrimitiveNode, TypeNode } from "./type-node.js";

/** A default's value as TypeScript holds it, made anew at each call. @throws VALUE_INVALID for JSON that does not fit. */
export function defaultValue(node: TypeNode, json: unknown): unknown {
  switch (node.kind) {
    case "record": {
      const members = objectOf(json);
      const record = {};
      for (const field of node.fields)
        setMember(record, field.name, fieldDefault(field, memberOf(members, field.name)));
      return record;
    }
    case "array":
      if (!Array.isArray(json)) throw mismatch("an array", json);
      return json.map((item: unknown) => defaultValue(node.items, item));
    case "map": {
      const map = Object.create(null);
      for (const [key, value] of Object.entries(objectOf(json))) map[key] = defaultValue(node.values, value);
      return map;
    }
    case "union": {
      for (const [index, branch] of node.branches.entries()) {
        try {
          const value = defaultValue(branch, json);
          return node.isTagged && value !== null ? { [node.tags[index] ?? ""]: value } : value;
        } catch {
          // The next branch may take it: since Avro 1.12 a default may be of any.
        }
      }
      throw mismatch("a value of one of the branches", json);
    }
    case "enum":
      return enumJson(node).take(json);
    case "fixed":
      return fromBase(node, checkedBytes(latin1Bytes(json), node.size));
    default:
      return fromBase(node, primitive(node, json));
  }
}

/** The value of a field that is `undefined` or the JSON of one. @throws VALUE_INVALID where there is no default. */
export function fieldDefault(field: FieldNode, json: unknown = field.default): unknown {
  if (json === undefined) throw mismatch(`a value for ${field.name}, which has no default`, undefined);
  return defaultValue(field.type, json);
}

function primitive(node: PrimitiveNode, json: unknown): unknown {
  if (node.kind === "bytes") return latin1Bytes(json);
  // Integers that JSON.parse would round stand as text in definitions.
  const exact =
    typeof json === "string" && /^long:/.test(json) && node.kind !== "string" ? takeLong(json.slice(5)) : json;
  return sharedScalar(node.kind, node.isNumber).take(exact);
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
