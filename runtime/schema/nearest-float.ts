/** A long rounded once to a float: a double between would round some twice. */
export function nearestFloat(value: bigint): number {
  // Beyond 2^53 the last bits become one that says whether any of them was set: 42 or more others stay.
  if (BigInt.asIntN(54, value) === value) return Math.fround(Number(value));
  const rest = (value & 0x7ffn) === 0n ? 0n : 1n;
  return Math.fround(Number((value >> 11n) | rest) * 2048);
}
