/** Schemas and values for property tests. */
import fc from "fast-check";
import type { JsonValue } from "../../../../runtime/schema/type.js";
import type { TypeNode } from "../../../../runtime/schema/type-node.js";

/** Well-formed texts, some of which look like something else. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 80 }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "null",
    "\0",
    "\u007f\u0080",
    "\ud83d\ude00",
    "\ufeffx",
    "\ufffd",
    '"\\/',
  ),
);

export const bytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 70 });
export const int: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)),
);
export const long: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
  fc
    .tuple(fc.integer({ min: 0, max: 62 }), fc.constantFrom(-1n, 0n, 1n), fc.boolean())
    .map(([bits, off, isNegative]) => (isNegative ? -(2n ** BigInt(bits) + off) : 2n ** BigInt(bits) + off)),
);

const leaves = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

const logicals: readonly JsonValue[] = [
  { type: "bytes", logicalType: "decimal", precision: 20, scale: 4 },
  { type: "bytes", logicalType: "decimal", precision: 3, scale: 3 },
  { type: "string", logicalType: "uuid" },
  { type: "int", logicalType: "date" },
  { type: "int", logicalType: "time-millis" },
  { type: "long", logicalType: "time-micros" },
  { type: "long", logicalType: "timestamp-millis" },
  { type: "long", logicalType: "timestamp-micros" },
  { type: "long", logicalType: "timestamp-nanos" },
  { type: "long", logicalType: "local-timestamp-millis" },
  { type: "long", logicalType: "local-timestamp-micros" },
  { type: "long", logicalType: "local-timestamp-nanos" },
];

/** A schema without names that repeat; maps only where they are allowed. */
export function schema(options: { readonly maps: boolean; readonly logical: boolean }): fc.Arbitrary<JsonValue> {
  let count = 0;
  const name = (): string => {
    count += 1;
    return `n.T${count}`;
  };
  const named = fc
    .constantFrom("enum", "fixed")
    .map(
      (kind): JsonValue =>
        kind === "enum"
          ? { type: "enum", name: name(), symbols: ["A", "B", "C"] }
          : { type: "fixed", name: name(), size: count % 5 },
    );
  const leaf: fc.Arbitrary<JsonValue> = fc.oneof(
    fc.constantFrom(...leaves),
    named,
    ...(options.logical ? [fc.constantFrom(...logicals)] : []),
  );
  return fc.letrec<{ any: JsonValue; inner: JsonValue }>((tie) => ({
    inner: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      tie("any").map((items): JsonValue => ({ type: "array", items })),
      ...(options.maps ? [tie("any").map((values): JsonValue => ({ type: "map", values }))] : []),
      fc
        .array(fc.record({ type: tie("any"), order: fc.constantFrom("ascending", "descending") }), {
          minLength: 1,
          maxLength: 4,
        })
        .map(
          (fields): JsonValue => ({
            type: "record",
            name: name(),
            fields: fields.map((field, index) => ({ name: index === 0 ? "constructor" : `f${index}`, ...field })),
          }),
        ),
    ),
    any: fc.oneof(
      tie("inner"),
      fc.array(tie("inner"), { minLength: 1, maxLength: 4 }).map((branches): JsonValue => {
        const seen = new Set<string>();
        return branches.filter((branch) => {
          const kind = kindOf(branch);
          const isNew = kind === undefined || !seen.has(kind);
          if (kind !== undefined) seen.add(kind);
          return isNew;
        });
      }),
    ),
  })).inner;
}

/** What a union may have once only; named types are all different. */
function kindOf(branch: JsonValue): string | undefined {
  const type = typeof branch === "object" && branch !== null ? Reflect.get(branch, "type") : branch;
  return type === "record" || type === "enum" || type === "fixed" ? undefined : String(type);
}

/** Values of a type as TypeScript holds them when they are read. */
export function valueFor(node: TypeNode, depth = 0): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case "null":
      return fc.constant(null);
    case "enum":
      return fc.constantFrom(...node.symbols);
    case "array":
      return fc.array(valueFor(node.items, depth + 1), { maxLength: depth > 3 ? 1 : 4 });
    case "map":
      return fc.dictionary(text, valueFor(node.values, depth + 1), { maxKeys: 4, noNullPrototype: false });
    case "record":
      return fc.tuple(...node.fields.map((field) => valueFor(field.type, depth + 1))).map((values) => {
        return Object.fromEntries(node.fields.map((field, index) => [field.name, values[index]]));
      });
    case "union":
      return fc.oneof(
        ...node.branches.map((branch, index) =>
          valueFor(branch, depth + 1).map((value) =>
            node.isTagged && branch.kind !== "null" ? { [node.tags[index] ?? ""]: value } : value,
          ),
        ),
      );
    default:
      return scalarOf(node);
  }
}

function scalarOf(
  node: Exclude<TypeNode, { readonly kind: "record" | "array" | "map" | "union" | "enum" | "null" }>,
): fc.Arbitrary<unknown> {
  if (node.kind === "boolean") return fc.boolean();
  const { logical } = node;
  switch (logical?.kind) {
    case "decimal":
      return fc
        .bigInt({ min: 1n - 10n ** BigInt(logical.precision), max: 10n ** BigInt(logical.precision) - 1n })
        .map((value) => {
          const digits = String(value < 0n ? -value : value).padStart(logical.scale + 1, "0");
          const split = digits.length - logical.scale;
          const shown = logical.scale === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`;
          return value < 0n ? `-${shown}` : shown;
        });
    case "uuid":
      return fc.uuid();
    case "date":
      return fc
        .date({ min: new Date("-009999-01-01"), max: new Date("+020000-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString().split("T")[0]);
    case "duration":
      return fc.record({ months: fc.nat(), days: fc.nat(), millis: fc.nat() }).map((value) => ({ ...value }));
    case "timestamp":
      if (logical.isDate) return fc.date({ noInvalidDate: true });
  }
  switch (node.kind) {
    case "int":
      return int;
    case "long":
      return long;
    case "float":
      return fc.float();
    case "double":
      return fc.double();
    case "bytes":
      return bytes;
    case "fixed":
      return fc.uint8Array({ minLength: node.size, maxLength: node.size });
    case "string":
      return text;
    default:
      return fc.constant(null);
  }
}
