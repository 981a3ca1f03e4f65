/** One keyspace for every kind of key, with keys to be had by a seed. */
import type { JsonValue } from "../../../runtime/schema/type.js";
import type { Chance } from "../../../test/support/chance.js";

export interface KeyKind {
  /** Of its keyspace. */
  readonly name: string;
  /** As the definition writes it: a schema in place, or the name of one of `namedSchemas`. */
  readonly type: JsonValue;
  readonly encoding: "avro" | "utf8";
  /** Who does not write such keys as Avro says, and why. */
  readonly differs: { readonly [who in "Python" | "Java"]?: string };
  /** A key in Avro's JSON encoding; `index` differs, so that keys do where there are enough of them. */
  readonly make: (chance: Chance, index: number) => JsonValue;
  /** How many keys there are; absent: as many as one likes. */
  readonly count?: number;
}

const colors = Array.from({ length: 60 }, (_, index) => `COLOR_${index}`);

/** Schemas that stand in files of their own, complete. */
export const namedSchemas: { readonly [file: string]: JsonValue } = {
  row: {
    type: "record",
    name: "Row",
    namespace: "share",
    fields: [
      { name: "text", type: "string" },
      { name: "number", type: "long" },
      { name: "part", type: "double" },
      { name: "maybe", type: ["null", "string"], default: null },
      { name: "tags", type: { type: "array", items: "string" }, default: [] },
    ],
  },
  point: {
    type: "record",
    name: "Point",
    namespace: "share",
    fields: [
      { name: "x", type: "int" },
      { name: "name", type: "string" },
    ],
  },
  deep: {
    type: "record",
    name: "Deep",
    namespace: "share",
    fields: [
      {
        name: "at",
        type: {
          type: "record",
          name: "Inner",
          fields: [
            { name: "flag", type: "boolean" },
            { name: "y", type: "long" },
          ],
        },
      },
      { name: "path", type: { type: "array", items: "int" } },
    ],
  },
  color: { type: "enum", name: "Color", namespace: "share", symbols: colors },
  hash: { type: "fixed", name: "Hash", namespace: "share", size: 16 },
};

const letters = ["a", "Z", "0", "-", "_", " ", "/", "%", "ä", "ß", "€", "漢", "𝄞", "🔑"];

function text(chance: Chance, index: number): string {
  return `${index}:${Array.from({ length: chance.int(0, 12) }, () => chance.pick(letters)).join("")}`;
}

/** Bytes as Avro's JSON encoding writes them, the index among them. */
function bytes(chance: Chance, index: number, length: number): string {
  const head = [index >>> 16, (index >>> 8) & 0xff, index & 0xff];
  return String.fromCharCode(...head, ...Array.from({ length: length - 3 }, () => chance.int(0, 256)));
}

/** 32 bits over the whole range, as the index turned about. */
function int(index: number): number {
  return Math.imul(index + 1, 0x9e3779b1) | 0;
}

/** What a double holds, so that everybody's JSON is exact. */
function long(chance: Chance, index: number): number {
  return (chance.happens(0.5) ? 1 : -1) * (chance.int(0, 2 ** 20) * 2 ** 30 + index);
}

function kind(name: string, type: JsonValue, make: KeyKind["make"], more: Partial<KeyKind> = {}): KeyKind {
  return { name, type, encoding: "avro", differs: {}, make, ...more };
}

/** Confluent's own serializers, in Java too. */
const rawBytes = "it writes a value of Avro's bytes as it is, without Avro's length, where it is no field of a record";

export const keyKinds: readonly KeyKind[] = [
  kind("strings", "string", text),
  kind("texts", "string", text, { encoding: "utf8" }),
  kind("ints", "int", (_, index) => int(index)),
  kind("longs", "long", long),
  kind("floats", "float", (_, index) => Math.fround(index * 1.5 - 3_000.25)),
  kind("doubles", "double", (chance, index) => int(index) / 3 + chance.int(0, 1_000) / 7),
  kind("booleans", "boolean", (_, index) => index === 1, { count: 2 }),
  kind("blobs", "bytes", (chance, index) => bytes(chance, index, chance.int(3, 40)), {
    differs: { Python: rawBytes },
  }),
  kind("hashes", "share.Hash", (chance, index) => bytes(chance, index, 16)),
  kind("colors", "share.Color", (_, index) => colors[index] ?? "", { count: colors.length }),
  kind("points", "share.Point", (chance, index) => ({ x: int(index), name: text(chance, index) })),
  kind("deeps", "share.Deep", (chance, index) => ({
    at: { flag: chance.happens(0.5), y: long(chance, index) },
    path: Array.from({ length: chance.int(0, 5) }, () => int(chance.int(0, 1_000))),
  })),
  kind("lists", { type: "array", items: "string" }, (chance, index) => [text(chance, index), text(chance, index)]),
  kind("choices", ["null", "int", "string"], (chance, index) =>
    chance.happens(0.5) ? { int: int(index) } : { string: text(chance, index) },
  ),
  kind("uuids", { type: "string", logicalType: "uuid" }, uuid),
  kind("days", { type: "int", logicalType: "date" }, (_, index) => index - 3_000),
  kind("times", { type: "long", logicalType: "timestamp-millis" }, (_, index) => 1_700_000_000_000 + index * 1_001),
  kind("amounts", { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }, decimal, {
    differs: { Python: rawBytes },
  }),
];

function uuid(chance: Chance, index: number): string {
  const hex = [...bytes(chance, index, 16)].map((one) => one.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}

/** The least two's complement, big-endian, as every writer makes it. */
function decimal(_: Chance, index: number): string {
  let unscaled = BigInt(int(index));
  const digits: number[] = [];
  for (;;) {
    const byte = Number(BigInt.asUintN(8, unscaled));
    digits.unshift(byte);
    unscaled >>= 8n;
    if ((unscaled === 0n && byte < 0x80) || (unscaled === -1n && byte >= 0x80)) return String.fromCharCode(...digits);
  }
}
