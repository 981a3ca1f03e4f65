/**
 * When the embedded changelog compacts: now and then it is looked whether something is to compact, and what there is gets done a
 * few slices at a time, so that appends and reads come between.
 */
import type { Clock, Timer } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { LogCaller } from "./sqlite-calls.js";

export interface CompactionTimerParts {
  readonly thread: LogCaller;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Compaction runs this many slices (a few ms), then leaves the thread to others for a while. */
const compactSlices = 4;
const compactPauseMs = 5;

/** See the head of the file. */
export class CompactionTimer {
  readonly #parts: CompactionTimerParts;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: CompactionTimerParts) {
    this.#parts = parts;
  }

  /** Looks every so many ms. */
  begin(everyMs: number): void {
    this.#after(everyMs, everyMs);
  }

  /** Compacts everything that is old enough, also where it would not be worth it yet. */
  async compactAll(): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.#some(true);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #after(delayMs: number, everyMs: number): void {
    if (this.#isStopped) return;
    this.#timer = this.#parts.clock.after(
      delayMs,
      async () => {
        let hasMore = false;
        try {
          hasMore = await this.#some(false);
        } catch (error) {
          if (!this.#isStopped)
            this.#parts.logger.warn({ error: messageOf(error) }, "changelog: compaction failed; trying again later");
        }
        this.#after(hasMore ? compactPauseMs : everyMs, everyMs);
      },
      { unref: true },
    );
  }

  async #some(isForced: boolean): Promise<boolean> {
    const { thread, clock } = this.#parts;
    return (await thread.call("compact", { now: clock.now(), isForced, slices: compactSlices })).hasMore;
  }
}
