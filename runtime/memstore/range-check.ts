/** Bounds of the port that every adapter checks alike. */
import { AffinityError, assert } from "../core/errors.js";
import type { RangeRequest } from "./memstore.js";

/** Most rows that one `range` gives. */
export const rangeLimit = 10_000;

/** For mistakes of the caller. */
export function checkRange(request: RangeRequest): void {
  assert(
    Number.isInteger(request.limit) && request.limit >= 1 && request.limit <= rangeLimit,
    `a range has a limit of 1 to ${rangeLimit} rows, not ${request.limit}`,
  );
}

/** The bound of open snapshots is reached. */
export function tooManySnapshots(limit: number): AffinityError {
  return new AffinityError(
    "PARTITION_NOT_READY",
    `memstore: ${limit} snapshots are open already; each long list holds one a partition; try again when some have ended`,
    { retryAfterS: 1 },
  );
}

/** For mistakes of the caller: a store that `open` was not told of. */
export function noSuchStore(store: string): never {
  throw new Error(`assertion failed: store ${store} was not named when the partition was opened`);
}
