/**
 * Compaction of the embedded changelog, in rounds of one part each. A part is clean up to `clean_end`: below it no key
 * stands twice. A round notes the newest offset of each key from there up to where records are older than the history,
 * then walks over everything below in slices, leaves out what is superseded and tombstones that are old enough, and packs
 * what stays into larger blocks.
 *
 * Whatever a slice leaves out has a newer record behind it, or is a tombstone whose older records went long before it; so a
 * crash between two slices leaves a log that reads the same. Slices are not synced: the next append is, and with it all
 * before.
 *
 * A part notes in `drop_end` and `drop_time` when tombstones may go, see `tombstone-drop.ts`; without a time there are none.
 */
import type { Database } from "../disk/sqlite.js";
import { CompactionRound, type Step } from "./compaction-round.js";
import type { LogConnection } from "./log-connection.js";
import type { Part, Parts } from "./parts.js";
import type { SqliteLog } from "./sqlite-log.js";
import { isDropDue } from "./tombstone-drop.js";

/** Below this many aged records a part is left alone. */
const smallestRound = 200;
/** A round begins when aged records are more than this share of the clean ones, so that no more is rewritten than written. */
const dirtyShare = 0.5;
/** How much longer than asked for, as a share, tombstones may stay, so that not each of them makes a round of its own. */
const tombstonePatience = 0.25;
/** Free pages are given back when they are more than this share of the file, in slices of so many pages. */
const freeShare = 0.1;
const smallestFree = 256;
const vacuumPages = 256;

interface PartState {
  readonly cleanEnd: number;
  readonly cleanRecords: number;
  /** Tombstones below this offset may go after this time; null when there are none. */
  readonly dropEnd: number;
  readonly dropTime: number | null;
  readonly historyMs: number;
  readonly tombstoneMs: number;
}

/** See the head of the file. */
export class Compaction {
  readonly #log: SqliteLog;
  readonly #connection: LogConnection;
  readonly #parts: Parts;
  /** Time of the present look at all parts. */
  #now = 0;
  /** Time of the present slice. */
  #sliceTime = 0;
  #isForced = false;
  /** Whether a forced round was asked for while another was under way: it comes after that one. */
  #isForcedDue = false;
  /** Parts that are still to be looked at. */
  #waiting: Part[] = [];
  /** Whether free pages are still to be given back, which comes last. */
  #isVacuumDue = false;
  /** Whether anything was changed since the file was last made to show it. */
  #hasChanged = false;
  #step: Step | undefined;

  constructor(log: SqliteLog) {
    this.#log = log;
    this.#connection = log.connection;
    this.#parts = log.parts;
  }

  /**
   * Does one slice of work; begins to look at all parts when there is none.
   *
   * @param now The changelog's time, ms.
   * @param isForced Whether parts are compacted that would not be worth it yet.
   * @returns Whether there is more to do.
   */
  run(now: number, isForced: boolean): boolean {
    this.#sliceTime = now;
    if (!this.#isUnderWay) {
      this.#isVacuumDue = true;
      this.#now = now;
      this.#isForced = isForced || this.#isForcedDue;
      this.#isForcedDue = false;
      this.#waiting = this.#parts.all();
    } else if (isForced && !this.#isForced) this.#isForcedDue = true;
    try {
      this.#step = (this.#step ?? this.#nextStep())();
    } catch (error) {
      // The round is lost, nothing else; the next look begins anew.
      this.#step = undefined;
      this.#waiting = [];
      this.#isVacuumDue = false;
      throw error;
    }
    return this.#isUnderWay || this.#isForcedDue;
  }

  get #isUnderWay(): boolean {
    return this.#step !== undefined || this.#waiting.length > 0 || this.#isVacuumDue;
  }

  #nextStep(): Step {
    for (let part = this.#waiting.pop(); part !== undefined; part = this.#waiting.pop()) {
      const round = this.#roundOf(part);
      if (round === undefined) continue;
      this.#hasChanged = true;
      return () => round.map();
    }
    return () => this.#vacuum();
  }

  #roundOf(part: Part): CompactionRound | undefined {
    const db = this.#connection.database();
    const state = db
      .prepare<[number], PartState>(
        `select clean_end as cleanEnd, clean_records as cleanRecords, drop_end as dropEnd, drop_time as dropTime,
           history_ms as historyMs, tombstone_ms as tombstoneMs
         from parts join topics on topics.id = parts.topic where parts.id = ?`,
      )
      .get(part.id);
    if (state === undefined) return undefined;
    const drop = state.dropTime === null ? undefined : { end: state.dropEnd, time: state.dropTime };
    const patienceMs = this.#isForced ? 0 : state.tombstoneMs * tombstonePatience;
    const hasExpired = isDropDue(drop, this.#now - patienceMs);
    const most = this.#parts.endOffset(part) - state.cleanEnd;
    const least = this.#isForced ? 1 : Math.max(smallestRound, state.cleanRecords * dirtyShare);
    if (most < least && !hasExpired) return undefined;
    const agedEnd = this.#parts.agedEnd(part, state.cleanEnd, this.#now - state.historyMs);
    if (agedEnd - state.cleanEnd < least && !hasExpired) return undefined;
    return new CompactionRound(this.#log, part, {
      ...state,
      agedEnd,
      drop,
      now: this.#now,
      sliceTime: () => this.#sliceTime,
    });
  }

  #vacuum(): Step | undefined {
    this.#isVacuumDue = false;
    const db = this.#connection.database();
    const free = integer(db, "freelist_count");
    if (free >= smallestFree && free >= integer(db, "page_count") * freeShare) {
      this.#hasChanged = true;
      this.#connection.unsynced(() => db.pragma(`incremental_vacuum(${vacuumPages})`), vacuumPages * 4096);
      return () => this.#vacuum();
    }
    // Until then the file has its former size, and the write-ahead log the changes.
    if (this.#hasChanged) this.#connection.checkpoint("TRUNCATE");
    this.#hasChanged = false;
    return undefined;
  }
}

function integer(db: Database, pragma: string): number {
  const value = db.pragma(pragma, { simple: true });
  return typeof value === "number" ? value : 0;
}
