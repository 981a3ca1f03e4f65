/** A sorted map from ordered keys, with cheap frozen copies. */
import { createRequire } from "node:module";
import type sortedBTree from "sorted-btree";
import type { OrderedKey } from "./memstore.js";

// The package is CommonJS with a default export, which Node.js and test runners import in two different forms.
const loaded: typeof sortedBTree = createRequire(import.meta.url)("sorted-btree");

/** A B+ tree; `clone` is O(1) and shares nodes until one of the two changes. */
export type OrderedMap<V> = sortedBTree.default<OrderedKey, V>;

/** Entries of a node: the fastest of 32, 64, 128 and 256 with ten thousand keys of 20 bytes. */
const nodeSize = 64;

/** An empty map in the order of unsigned bytes: JavaScript compares texts by code unit, and each is one byte. */
export function orderedMap<V>(): OrderedMap<V> {
  return new loaded.default<OrderedKey, V>(undefined, compare, nodeSize);
}

function compare(one: OrderedKey, other: OrderedKey): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Entries of `[from, to)` in the order asked for; an absent end is open. */
export function* entriesOf<V>(
  map: OrderedMap<V>,
  range: { readonly from?: OrderedKey | undefined; readonly to?: OrderedKey | undefined; readonly reverse?: boolean },
): Generator<readonly [OrderedKey, V]> {
  const { from, to } = range;
  if (range.reverse === true) {
    for (const entry of map.entriesReversed(to, undefined, to !== undefined)) {
      if (from !== undefined && entry[0] < from) return;
      yield entry;
    }
    return;
  }
  for (const entry of map.entries(from)) {
    if (to !== undefined && entry[0] >= to) return;
    yield entry;
  }
}
