/** The longs of line avro.4: both ends, the powers at which doubles, 32 bits and avsc lose digits, and others by chance. */
import type { Chance } from "../../../test/support/chance.js";

/** The least and the largest long. */
export const least: bigint = -(2n ** 63n);
export const largest: bigint = 2n ** 63n - 1n;

/** How far around each of them. */
const around = 2n;

const centres: readonly bigint[] = [
  least,
  -(2n ** 53n),
  -(2n ** 52n),
  -(2n ** 32n),
  -(2n ** 31n),
  0n,
  2n ** 31n,
  2n ** 32n,
  2n ** 52n,
  2n ** 53n,
  largest,
];

/** Every long within two of the powers, in order. */
export const edges: readonly bigint[] = ordered(
  centres.flatMap((centre) =>
    Array.from({ length: Number(2n * around + 1n) }, (_, index) => centre + BigInt(index) - around),
  ),
);

/** Those where a double, or avsc, goes wrong, and the ends: what a browser is asked for. */
export const sharpest: readonly bigint[] = edges.filter((edge) => {
  const bits = (edge < 0n ? -edge : edge).toString(2).length;
  return bits > 50;
});

/** The edges and, by chance, longs of any length up to `count` in all; in order, each once. */
export function longs(chance: Chance, count: number): readonly bigint[] {
  const found = new Set(edges);
  while (found.size < count) found.add(BigInt.asIntN(64, chance.random.bits64()) >> BigInt(chance.int(0, 64)));
  return ordered([...found]);
}

function ordered(numbers: readonly bigint[]): readonly bigint[] {
  return numbers
    .filter((number) => number >= least && number <= largest)
    .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
}

/** Texts that mean no long, some of them within one of a long, or its value by way of a double. */
export const noLongs: readonly string[] = [
  `${largest + 1n}`,
  `${least - 1n}`,
  "18446744073709551615",
  "1e3",
  "5.0",
  "9007199254740993.0",
  "0x10",
  "12a",
  "+1",
];
