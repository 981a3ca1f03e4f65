/** avsc as its users set it up: with BigInt longs as its documentation shows, or with number longs as it is. */
import avsc from "avsc";
import type { TypeNode } from "../../runtime/schema/type-node.js";

/** What is measured of avsc. */
export interface AvscType {
  toBuffer(value: unknown): Buffer;
  fromBuffer(buffer: Buffer): unknown;
}

const bigintLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.allocUnsafe(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** The type of a schema. */
export function avscType(schema: unknown, longs: "bigint" | "number"): AvscType {
  return resolvingAvscType(schema, longs);
}

/** The same with avsc's resolvers. */
export function resolvingAvscType(schema: unknown, longs: "bigint" | "number"): avsc.Type {
  const options = longs === "bigint" ? { registry: { long: bigintLong } } : {};
  const typeHook = (attributes: unknown): avsc.Type | undefined =>
    longs === "bigint" && typeof attributes === "object" && Reflect.get(Object(attributes), "type") === "long"
      ? bigintLong
      : undefined;
  return avsc.Type.forSchema(schema as avsc.Schema, { ...options, typeHook, wrapUnions: "auto" });
}

/** Which unions avsc wraps by itself: those in which two branches look alike. */
function isWrapped(branches: readonly TypeNode[]): boolean {
  const buckets = branches.map(({ kind }) => {
    if (kind === "int" || kind === "long" || kind === "float" || kind === "double") return "number";
    if (kind === "string" || kind === "enum") return "string";
    if (kind === "bytes" || kind === "fixed") return "buffer";
    return kind === "map" || kind === "record" ? "object" : kind;
  });
  return new Set(buckets).size < buckets.length;
}

/** A value of ours as avsc takes it. */
export function avscValue(node: TypeNode, value: unknown): unknown {
  switch (node.kind) {
    case "bytes":
    case "fixed":
      return value instanceof Uint8Array ? Buffer.from(value) : value;
    case "array":
      return Array.isArray(value) ? value.map((item: unknown) => avscValue(node.items, item)) : value;
    case "map":
      return Object.fromEntries(
        Object.entries(Object(value)).map(([key, item]) => [key, avscValue(node.values, item)]),
      );
    case "record":
      return Object.fromEntries(node.fields.map(({ name, type }) => [name, avscValue(type, Object(value)[name])]));
    case "union": {
      if (value === null) return null;
      const index = node.isTagged
        ? node.tags.indexOf(Object.keys(Object(value))[0] ?? "")
        : node.branches.findIndex((branch) => branch.kind !== "null");
      const branch = node.branches[index];
      const tag = node.tags[index] ?? "";
      if (branch === undefined) return value;
      const converted = avscValue(branch, node.isTagged ? Object(value)[tag] : value);
      return isWrapped(node.branches) ? { [tag]: converted } : converted;
    }
    default:
      return value;
  }
}
