/** How each primitive, with its logical type, stands in TypeScript and which calls of the runtime write and read it. */
import type { LogicalType, PrimitiveName } from "../schema/model.js";
import type { TypeStyle } from "../service/model.js";
import type { SchemaDoorName } from "./runtime-names.js";

interface Codec {
  /** The TypeScript type. Globals are written in full, since a generated file may declare a type of their name. */
  readonly type: string;
  /** What follows the value, and the reader. */
  readonly args: readonly string[];
}

/**
 * A call of the runtime. `method`: of the Writer or Reader, `out.long(value)` and `input.long()`. `function`: a helper that
 * takes it first, `writeDate(out, value)` and `readDate(input)`.
 */
export type PrimitiveCodec =
  | (Codec & { readonly call: "method"; readonly name: string })
  | (Codec & { readonly call: "function"; readonly write: SchemaDoorName; readonly read: SchemaDoorName });

const bytesType = "globalThis.Uint8Array";
const dateType = "globalThis.Date";
const durationType = "{ readonly months: number; readonly days: number; readonly millis: number }";

const plain: { readonly [name in PrimitiveName]: string } = {
  null: "null",
  boolean: "boolean",
  int: "number",
  long: "bigint",
  float: "number",
  double: "number",
  bytes: bytesType,
  string: "string",
};

/** Of a primitive with or without a logical type. */
export function primitiveCodec(
  name: PrimitiveName,
  logical: LogicalType | undefined,
  style: TypeStyle,
): PrimitiveCodec {
  if (logical === undefined) return plainCodec(name, style);
  switch (logical.name) {
    case "decimal":
      return helper("string", "Decimal", [String(logical.precision), String(logical.scale)]);
    case "uuid":
      return helper("string", "Uuid");
    case "date":
      return helper("string", "Date");
    case "timestamp-millis":
      return style.timestamps === "date"
        ? helper(dateType, "Timestamp")
        : plainCodec("long", { ...style, longs: "bigint" });
    default:
      // Times and the finer and local timestamps are numbers as they stand.
      return plainCodec(name, { ...style, longs: "bigint" });
  }
}

/** Of a named fixed type with or without a logical type. */
export function fixedCodec(size: number, logical: LogicalType | undefined): PrimitiveCodec {
  if (logical?.name === "decimal")
    return helper("string", "FixedDecimal", [String(size), String(logical.precision), String(logical.scale)]);
  if (logical?.name === "duration") return helper(durationType, "Duration");
  if (logical?.name === "uuid") return helper("string", "FixedUuid");
  return { type: bytesType, call: "method", name: "fixed", args: [String(size)] };
}

function plainCodec(name: PrimitiveName, style: TypeStyle): PrimitiveCodec {
  if (name === "long" && style.longs === "number")
    return { type: "number", call: "method", name: "longNumber", args: [] };
  return { type: plain[name], call: "method", name, args: [] };
}

type Helper = "Date" | "Decimal" | "Duration" | "FixedDecimal" | "FixedUuid" | "Timestamp" | "Uuid";

function helper(type: string, name: Helper, args: readonly string[] = []): PrimitiveCodec {
  return { type, call: "function", write: `write${name}`, read: `read${name}`, args };
}
