/** For each type without parts, the values worth trying: boundaries first, the last one by chance. */
import type { Random } from "../../../runtime/core/random.js";
import type { Logical } from "./shape.js";
import type { Leaf } from "./value.js";

/** What a leaf may be. */
export type LeafValue = null | boolean | number | bigint | string | Uint8Array;
type Choice = (random: Random) => LeafValue;

const always =
  (value: LeafValue): Choice =>
  () =>
    value;

const intEdges = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 1_048_576, 2_147_483_647, -2_147_483_648];
const longEdges = [
  ...[0n, 1n, -1n, 63n, 64n, -64n, -65n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 35n, 2n ** 49n - 1n],
  // Around what a double holds exactly, and where one popular library errs.
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, -(2n ** 52n) - 1n, -(2n ** 52n)],
  ...[2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, 2n ** 56n - 1n],
];
const doubleEdges = [
  ...[0, -0, 1, -1, 0.1, 1.5, 1e21, 1e-7, 123456789012345680000],
  ...[Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2.2250738585072014e-308, Number.EPSILON],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];
const floatEdges = [
  ...[0, -0, 1, -1, 0.5, Math.fround(0.1), 16_777_216, Math.fround(3.4028234663852886e38), Math.fround(-1e-45)],
  ...[Math.fround(1.17549435e-38), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];
const strings = [
  ...[
    "",
    "a",
    "plain ascii text",
    "Grüße, naïve façade",
    "日本語のテキスト",
    "𝒳🦊 astral",
    "\u0000\u0001\u001f\u007f",
    '"quoted" \\ and /',
  ],
  ...["\u2028\u2029\ufeff", "null", "0", "x".repeat(63), "y".repeat(64), "é".repeat(200), "z".repeat(5000)],
];
const byteStrings = [[], [0], [255], [0, 1, 2, 3], [0xc3, 0x28], [0x80, 0xff, 0x7f]].map((bytes) =>
  Uint8Array.from(bytes),
);
const dayMs = 86_400_000;

/** The choices of a leaf, the same list for the same type. */
export function choicesOf(leaf: Leaf): readonly Choice[] {
  if (leaf.kind === "enum") return leaf.symbols.map(always);
  if (leaf.kind === "fixed")
    return leaf.logical === undefined ? fixedChoices(leaf.size) : logicalChoices(leaf.logical, leaf.size);
  if (leaf.logical !== undefined) return logicalChoices(leaf.logical, undefined);
  switch (leaf.kind) {
    case "null":
      return [always(null)];
    case "boolean":
      return [always(true), always(false)];
    case "int":
      return [...intEdges.map(always), (random) => integer(random, -(2n ** 31n), 2n ** 31n, true)];
    case "long":
      return [...longEdges.map(always), (random) => integer(random, -(2n ** 63n), 2n ** 63n, false)];
    case "float":
      return [
        ...floatEdges.map(always),
        (random) => Math.fround((random.next() - 0.5) * 10 ** (random.next() * 60 - 30)),
      ];
    case "double":
      return [...doubleEdges.map(always), (random) => (random.next() - 0.5) * 10 ** (random.next() * 600 - 300)];
    case "bytes":
      return [...byteStrings.map(always), (random) => bytes(random, Math.floor(random.next() * 300))];
    case "string":
      return [...strings.map(always), text];
  }
}

function fixedChoices(size: number): readonly Choice[] {
  const same = [0, 255, 0x80].map((byte) => always(new Uint8Array(size).fill(byte)));
  return [...same, (random) => bytes(random, size)];
}

function logicalChoices(logical: Logical, size: number | undefined): readonly Choice[] {
  switch (logical.name) {
    case "decimal": {
      // A schema may promise more digits than there is memory for.
      const limit = 10n ** BigInt(Math.min(logical.precision, 1000));
      const edges = [
        0n,
        1n,
        -1n,
        127n,
        128n,
        -128n,
        -129n,
        255n,
        256n,
        10n ** BigInt(logical.scale),
        limit - 1n,
        1n - limit,
      ];
      const held = edges.filter((edge) => edge < limit && edge > -limit);
      const choices = held.map((edge) => always(twosComplement(edge, size)));
      return [...choices, (random) => twosComplement(BigInt(integer(random, 1n - limit, limit, false)), size)];
    }
    case "uuid": {
      const texts = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
      const chance = (random: Random): string => uuidText(bytes(random, 16));
      if (size !== undefined) return fixedChoices(16);
      return [...texts.map(always), chance];
    }
    case "date":
      return range(-719_162, 2_932_896, [0, 1, -1, 59, 60, 11_016, -25_567], true);
    case "time-millis":
      return range(0, dayMs - 1, [1, 999, 1000, 3_599_999, 43_200_000], true);
    case "time-micros":
      return range(0, dayMs * 1000 - 1, [1, 999_999, 1_000_000, 43_200_000_001], false);
    case "timestamp-millis":
      return range(
        -8.64e15,
        8.64e15,
        [0, 1, -1, 999, 951_827_696_789, -62_135_596_800_000, 253_402_300_799_999],
        false,
      );
    case "local-timestamp-millis":
      return range(-8.64e15, 8.64e15, [0, 1, -1, 999, 951_827_696_789], false);
    case "timestamp-micros":
    case "local-timestamp-micros":
    case "timestamp-nanos":
    case "local-timestamp-nanos":
      return [
        ...[0n, 1n, -1n, 999_999n, -1_000_001n, 951_827_696_789_012n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)].map(
          always,
        ),
        (random) => integer(random, -(2n ** 60n), 2n ** 60n, false),
      ];
    case "duration":
      return fixedChoices(12);
  }
}

/** Both ends, what is named, and chance between the ends; the ends are safe integers. */
function range(from: number, to: number, named: readonly number[], isNumber: boolean): readonly Choice[] {
  const values = [from, to, ...named];
  const choices = values.map((value) => always(isNumber ? value : BigInt(value)));
  return [...choices, (random) => integer(random, BigInt(from), BigInt(to) + 1n, isNumber)];
}

function integer(random: Random, from: bigint, to: bigint, isNumber: boolean): number | bigint {
  // A third of the bits are thrown away now and then, so that short encodings come as often as long ones.
  const width = to - from;
  const drawn = (random.bits64() << 64n) | random.bits64();
  const small = random.next() < 0.5 ? drawn >> BigInt(64 + Math.floor(random.next() * 60)) : drawn;
  const value =
    from <= 0n && to > 0n && random.next() < 0.5
      ? clamp(small % (to < 1n ? 1n : to), from, to)
      : from + (drawn % width);
  return isNumber ? Number(value) : value;
}

function clamp(value: bigint, from: bigint, to: bigint): bigint {
  return value < from ? from : value >= to ? to - 1n : value;
}

function bytes(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => Math.floor(random.next() * 256));
}

function text(random: Random): string {
  const alphabets = [
    "abcdefghijklmnopqrstuvwxyz0123456789_-",
    "äöüßéèñçøå",
    "漢字かなカナ한글",
    "🦊🐙𝒳𝒴",
    '"\\\n\t/<>&{}[]',
  ];
  const length = Math.floor(random.next() * 40);
  let out = "";
  for (let index = 0; index < length; index += 1) {
    const alphabet = [...(alphabets[Math.floor(random.next() ** 2 * alphabets.length)] ?? "a")];
    out += alphabet[Math.floor(random.next() * alphabet.length)] ?? "";
  }
  return out;
}

function uuidText(raw: Uint8Array): string {
  const hex = Buffer.from(raw).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Big-endian two's complement: of the given size, or as short as it can be. */
export function twosComplement(value: bigint, size: number | undefined): Uint8Array {
  let length = size ?? 1;
  if (size === undefined) while (BigInt.asIntN(8 * length, value) !== value) length += 1;
  const out = new Uint8Array(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index -= 1) {
    out[index] = Number(rest & 255n);
    rest >>= 8n;
  }
  return out;
}
