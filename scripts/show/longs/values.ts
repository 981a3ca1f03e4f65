/** Values with one long in every place, and their Avro binary by an encoder of its own. */
import { parseLossless } from "../../../test/support/avro/lossless-json.js";
import { readShapes, type Shape, type Types } from "../../../test/support/avro/shape.js";
import { convert, defaultValue, type Form, typeOf, type Value } from "../../../test/support/avro/value.js";
import { defaultsText, everywhereText } from "./project.js";

/** A type as the judges read it. */
export interface Shaped {
  readonly text: string;
  readonly shape: Shape;
  readonly types: Types;
}

export function shaped(text: string): Shaped {
  const { types, roots } = readShapes([parseLossless(text)]);
  const [shape] = roots;
  if (shape === undefined) throw new Error("a schema has one root");
  return { text, shape, types };
}

export const everywhere: Shaped = shaped(everywhereText);
export const defaults: Shaped = shaped(defaultsText);
export const long: Shaped = shaped('"long"');
export const micros: Shaped = shaped('{"type":"long","logicalType":"timestamp-micros"}');

/** The value that has the long wherever its type takes one. */
export function filled(number: bigint, { shape, types }: Pick<Shaped, "shape" | "types"> = everywhere): Value {
  const fill = (part: Shape): Value => {
    switch (part.kind) {
      case "long":
        return number;
      case "int":
        return Number(number);
      case "array":
        return { kind: "array", items: [fill(part.items), fill(part.items)] };
      case "map":
        return {
          kind: "map",
          entries: new Map([
            ["a", fill(part.values)],
            ["b", fill(part.values)],
          ]),
        };
      case "union": {
        const branch = part.branches.findLastIndex(({ kind }) => kind !== "null");
        return { kind: "union", branch, value: fill(part.branches[branch] ?? part) };
      }
      case "named": {
        const named = typeOf(types, part.name);
        if (named.kind !== "record") throw new Error(`no long in ${named.name}`);
        return {
          kind: "record",
          fields: new Map(named.fields.map((field) => [field.name, fill(field.type)])),
          omitted: new Set(),
        };
      }
      default:
        throw new Error(`no long in ${part.kind}`);
    }
  };
  return fill(shape);
}

/** The record of `Defaults` that is all defaults. */
export function allDefaults(): Value {
  return defaultValue({}, defaults.shape, defaults.types);
}

/** Avro binary, by the specification and BigInt alone. */
export function binaryOf(value: Value, { shape, types }: Pick<Shaped, "shape" | "types">): Buffer {
  return convert(value, shape, types, binaryForm);
}

const end = Buffer.of(0);

const binaryForm: Form<Buffer> = {
  primitive: (value) => {
    if (value === null) return Buffer.alloc(0);
    if (typeof value === "string") return text(value);
    if (typeof value === "bigint" || typeof value === "number") return varint(BigInt(value));
    throw new Error("only longs and texts stand here");
  },
  list: (items) => (items.length === 0 ? end : Buffer.concat([varint(BigInt(items.length)), ...items, end])),
  map: (entries) =>
    entries.size === 0
      ? end
      : Buffer.concat([
          varint(BigInt(entries.size)),
          ...[...entries].flatMap(([key, value]) => [text(key), value]),
          end,
        ]),
  union: (value, branch, { branches }) => Buffer.concat([varint(BigInt(branches.indexOf(branch))), value]),
  record: (fields) => Buffer.concat([...fields.values()]),
};

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

/** "int and long values are written using variable-length zig-zag coding." */
export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value < 0n ? -2n * value - 1n : 2n * value;
  for (; rest > 127n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
