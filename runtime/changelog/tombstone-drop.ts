/**
 * When compaction may take tombstones away. A reader may stand between a row and the tombstone that deletes it. So a tombstone
 * never goes in the round in which its older records do: it stays for `tombstoneMs` more, which is longer than any reader may
 * take (semantics P7).
 *
 * A log notes one pair for all its tombstones. Those that a round meets before the time has come wait for the next pair.
 */

/** Tombstones below `end` may go after `time`: what they deleted was gone `tombstoneMs` before. */
export interface TombstoneDrop<Offset> {
  readonly end: Offset;
  /** By the changelog's clock, ms. */
  readonly time: number;
}

/** Whether a round that begins at `now` takes the tombstones away. */
export function isDropDue<Offset>(drop: TombstoneDrop<Offset> | undefined, now: number): drop is TombstoneDrop<Offset> {
  return drop !== undefined && drop.time < now;
}

/**
 * What is noted after a round that began at `now`.
 *
 * @param made What the round itself makes possible: up to where it went, `tombstoneMs` from now.
 * @param hasTombstone Whether there are tombstones left for it.
 */
export function dropAfter<Offset>(
  drop: TombstoneDrop<Offset> | undefined,
  now: number,
  made: TombstoneDrop<Offset>,
  hasTombstone: boolean,
): TombstoneDrop<Offset> | undefined {
  if (!hasTombstone) return undefined;
  return drop === undefined || isDropDue(drop, now) ? made : drop;
}
