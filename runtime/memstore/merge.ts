/** Rows in key order out of several sources of which the newer hides the older. */

import type { RowState } from "./layer.js";
import type { KeyedRow, OrderedKey, RangeRequest } from "./memstore.js";

/** A source in the order of the request; a null row says that the key is deleted. */
export type RowSource = Iterator<readonly [OrderedKey, RowState]>;

/**
 * Up to `limit` rows of the request.
 *
 * @param sources The newest first.
 */
export function mergeRows(sources: readonly RowSource[], request: RangeRequest): readonly KeyedRow[] {
  const heads = sources.map((source) => ({ source, entry: source.next() }));
  const isReverse = request.reverse === true;
  const found: KeyedRow[] = [];
  while (found.length < request.limit) {
    let first: readonly [OrderedKey, RowState] | undefined;
    for (const { entry } of heads) {
      if (entry.done === true) continue;
      // An equal key of an older source does not replace the newer one.
      if (first === undefined || (isReverse ? entry.value[0] > first[0] : entry.value[0] < first[0]))
        first = entry.value;
    }
    if (first === undefined) break;
    const [key, row] = first;
    if (row !== null) found.push({ key, row });
    for (const head of heads)
      if (head.entry.done !== true && head.entry.value[0] === key) head.entry = head.source.next();
  }
  return found;
}
