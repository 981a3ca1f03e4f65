/** Defaults of primitives, enums and fixed: the table of the specification's section "Records", `default`. */
import type { JsonNode } from "../json-node.js";
import { misfit, type Outcome, scalar } from "./default-outcome.js";
import type { EnumType, FixedType, PrimitiveName } from "./model.js";

export function readPrimitiveDefault(node: JsonNode, name: PrimitiveName): Outcome {
  switch (name) {
    case "null":
      return node.kind === "null" ? scalar({ kind: "null" }) : misfit(node, "null");
    case "boolean":
      return node.kind === "boolean" ? scalar({ kind: "boolean", value: node.value }) : misfit(node, "true or false");
    case "int":
      return integer(node, 32);
    case "long":
      return integer(node, 64);
    case "float":
    case "double":
      return real(node, name);
    case "bytes":
      return bytes(node, undefined);
    case "string":
      return node.kind === "string" ? scalar({ kind: "string", value: node.value }) : misfit(node, "a text");
  }
}

export function readEnumDefault(node: JsonNode, type: EnumType): Outcome {
  const symbol = node.kind === "string" ? type.symbols.find((known) => known === node.value) : undefined;
  return symbol === undefined ? misfit(node, `a symbol of ${type.fullName}`) : scalar({ kind: "enum", symbol });
}

export function readFixedDefault(node: JsonNode, type: FixedType): Outcome {
  return bytes(node, type.size);
}

/** A number with point or exponent is no integer, even if its value is one, as in Java. */
function integer(node: JsonNode, bits: 32 | 64): Outcome {
  const value = node.kind === "number" ? node.integer : undefined;
  if (value !== undefined && BigInt.asIntN(bits, value) === value) return scalar({ kind: "integer", value });
  const name = bits === 32 ? "an int" : "a long";
  return misfit(node, `${name}: an integer from -2^${bits - 1} to 2^${bits - 1}-1`);
}

/** The number as it is written, so that the schema repeats it; a float is rounded where it is encoded. */
function real(node: JsonNode, name: "float" | "double"): Outcome {
  const value = node.kind === "number" ? node.double : Number.NaN;
  const held = name === "float" ? Math.fround(value) : value;
  return Number.isFinite(held) ? scalar({ kind: "real", value }) : misfit(node, `a number that a ${name} can hold`);
}

/** "Unicode code points 0-255 are mapped to unsigned 8-bit byte values 0-255." */
function bytes(node: JsonNode, size: number | undefined): Outcome {
  const isText = node.kind === "string" && !/[\u0100-\uffff]/.test(node.value);
  if (!isText || (size !== undefined && node.value.length !== size)) {
    const length = size === undefined ? "a text" : `a text of ${size} characters`;
    return misfit(node, `${length}, each from "\\u0000" to "\\u00ff" for one byte`);
  }
  return scalar({ kind: "bytes", value: Uint8Array.from(node.value, (character) => character.charCodeAt(0)) });
}
