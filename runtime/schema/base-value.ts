/** Values of scalars as their Avro base type holds them, for what knows no logical types: binary, Avro's JSON, keys. */
import * as logicals from "./logical-value.js";
import type { FixedNode, PrimitiveNode } from "./type-node.js";

/** The base value of what TypeScript holds: bytes of a decimal, days of a date. Values without logical type are unchecked. */
export function toBase(node: PrimitiveNode | FixedNode, value: unknown): unknown {
  const { logical } = node;
  const size = node.kind === "fixed" ? node.size : undefined;
  switch (logical?.kind) {
    case "decimal":
      return logicals.decimalBytes(value, logical, size);
    case "uuid":
      return size === undefined ? logicals.checkedUuid(value) : logicals.uuidBytes(value);
    case "duration":
      return logicals.durationBytes(value);
    case "date":
      return logicals.dayNumber(value);
    case "timestamp":
      return logical.isDate ? BigInt(logicals.timestampNumber(value)) : value;
    default:
      return value;
  }
}

/** What TypeScript holds of a base value: null, boolean, number, bigint, text or bytes, as the node's kind says. */
export function fromBase(node: PrimitiveNode | FixedNode, base: unknown): unknown {
  const { logical } = node;
  switch (logical?.kind) {
    case "decimal":
      return logicals.decimalOf(logicals.checkedBytes(base), logical);
    case "uuid":
      return node.kind === "fixed" ? logicals.uuidOf(logicals.checkedBytes(base)) : logicals.checkedUuid(base);
    case "duration":
      return logicals.durationOf(logicals.checkedBytes(base));
    case "date":
      return logicals.dayOf(Number(base));
    case "timestamp":
      return logical.isDate ? logicals.timestampOf(Number(base)) : base;
    default:
      return base;
  }
}
