/** Logical types of Avro 1.12. One that is unknown, or invalid where it stands, is no fault: it counts as absent. */
import type { JsonNode, JsonObject } from "../json-node.js";
import type { LogicalType, PrimitiveName } from "./model.js";

/** What a logical type may stand on: a primitive, or a fixed by its size in bytes. */
export type LogicalBase = PrimitiveName | { readonly size: number };

/** A logical type, and the attributes that it is made of. */
export interface LogicalReading {
  readonly logical: LogicalType;
  readonly consumed: readonly string[];
}

const onPrimitives: { readonly [base in PrimitiveName]?: readonly Exclude<LogicalType["name"], "decimal">[] } = {
  string: ["uuid"],
  int: ["date", "time-millis"],
  long: [
    "time-micros",
    "timestamp-millis",
    "timestamp-micros",
    "timestamp-nanos",
    "local-timestamp-millis",
    "local-timestamp-micros",
    "local-timestamp-nanos",
  ],
};

/** The valid logical type of a schema object, or undefined. */
export function readLogicalType(object: JsonObject, base: LogicalBase): LogicalReading | undefined {
  const node = object.get("logicalType");
  if (node?.kind !== "string") return undefined;
  if (node.value === "decimal") return decimal(object, base);
  if (typeof base === "string") {
    const name = onPrimitives[base]?.find((known) => known === node.value);
    return name === undefined ? undefined : { logical: { name }, consumed: ["logicalType"] };
  }
  if (node.value === "duration" && base.size === 12)
    return { logical: { name: "duration" }, consumed: ["logicalType"] };
  if (node.value === "uuid" && base.size === 16) return { logical: { name: "uuid" }, consumed: ["logicalType"] };
  return undefined;
}

/** Precision at least 1; scale from 0, the default (also of null, as in Java), to the precision; a fixed must have room for the precision. */
function decimal(object: JsonObject, base: LogicalBase): LogicalReading | undefined {
  const precision = smallInteger(object.get("precision"));
  const scaleNode = object.get("scale");
  const scale = scaleNode === undefined || scaleNode.kind === "null" ? 0 : smallInteger(scaleNode);
  const isBase = base === "bytes" || typeof base === "object";
  if (!isBase || precision === undefined || scale === undefined) return undefined;
  if (precision < 1 || scale < 0 || scale > precision) return undefined;
  if (typeof base === "object" && precision > maxPrecision(base.size)) return undefined;
  return { logical: { name: "decimal", precision, scale }, consumed: ["logicalType", "precision", "scale"] };
}

/** Decimal digits that `size` bytes of two's complement always hold: the specification's floor(log10(2^(8·size−1) − 1)). */
export function maxPrecision(size: number): number {
  // The −1 matters for no size but 0: no power of two is a power of ten.
  return size === 0 ? 0 : Math.floor((8 * size - 1) * Math.log10(2));
}

/** A number written as an integer that fits Java's int. */
function smallInteger(node: JsonNode | undefined): number | undefined {
  const value = node?.kind === "number" ? node.integer : undefined;
  return value === undefined || BigInt.asIntN(32, value) !== value ? undefined : Number(value);
}
