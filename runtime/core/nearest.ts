/** The name that somebody who wrote another one probably meant. */

/** Pairs of characters that one search compares at most, so that a fault in a huge project stays cheap. */
const pairLimit = 1_000_000;

/** The candidate nearest to `name` by edits of single characters, if one is near: a third of the longer one, at least 1. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  let pairs = 0;
  for (const candidate of candidates) {
    const limit = Math.min(bestDistance - 1, nearDistance(wanted, candidate));
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    pairs += candidate.length * wanted.length;
    if (pairs > pairLimit) break;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function nearDistance(a: string, b: string): number {
  return Math.max(1, Math.floor(Math.max(a.length, b.length) / 3));
}

/**
 * Insertions, removals, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment); some
 * number above `limit` when they are more.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  let before: readonly number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
      current.push(cost);
      least = Math.min(least, cost);
    }
    // A swap reaches back two rows; no later cell is below the least of this row and the last.
    if (least > limit && Math.min(...above) > limit) return least;
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
