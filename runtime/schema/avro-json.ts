/**
 * Avro's JSON encoding: logical types as their base type, bytes as text of characters up to U+00FF, every branch of a union
 * but null tagged.
 *
 * Source: Avro 1.12 specification, "JSON Encoding".
 */
import { fromBase, toBase } from "./base-value.js";
import { latin1Bytes } from "./default-value.js";
import { JsonReaders } from "./json-reader.js";
import { type JsonStyle, JsonWriters } from "./json-writer.js";
import { checkedBytes } from "./logical-value.js";
import { enumJson, type ScalarJson, sharedScalar, textJson } from "./scalar-json.js";
import type { EnumNode, FixedNode, PrimitiveNode } from "./type-node.js";

function avroScalar(node: PrimitiveNode | FixedNode | EnumNode): ScalarJson {
  if (node.kind === "enum") return enumJson(node);
  const base = baseScalar(node);
  if (node.logical === undefined) return base;
  return {
    write: (value, hasTextLongs) => base.write(toBase(node, value), hasTextLongs),
    take: (json) => fromBase(node, base.take(json)),
  };
}

function baseScalar(node: PrimitiveNode | FixedNode): ScalarJson {
  if (node.kind === "float" || node.kind === "double") return pointed(sharedScalar(node.kind));
  if (node.kind !== "fixed" && node.kind !== "bytes") return sharedScalar(node.kind, node.isNumber);
  const size = node.kind === "fixed" ? node.size : undefined;
  return textJson(
    (value) => escaped(checkedBytes(value, size)),
    (json) => checkedBytes(latin1Bytes(json), size),
  );
}

/** Whole numbers get a point, as Java writes them: readers take others for integers, and so `-0` for 0. */
function pointed({ write, take }: ScalarJson): ScalarJson {
  const whole = /^-?\d+$/;
  return {
    write: (value, hasTextLongs) => {
      const text = write(value, hasTextLongs);
      return whole.test(text) ? `${text}.0` : text;
    },
    take,
  };
}

/** Characters that need no escape, whatever reads them. */
const plain = /[ !#-[\]-~]/;

function escaped(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += plain.test(character) ? character : `\\u00${(byte + 256).toString(16).slice(1)}`;
  }
  return text;
}

const style: JsonStyle = { scalar: avroScalar, tagsAll: true };

export const avroJsonWriters: JsonWriters = /*@__PURE__*/ new JsonWriters(style);
export const avroJsonReaders: JsonReaders = /*@__PURE__*/ new JsonReaders(style);
