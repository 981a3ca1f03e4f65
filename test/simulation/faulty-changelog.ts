/** A changelog that does not answer now and then; what becomes of appends is the memory changelog's own matter. */
import type { Changelog, PartitionLog } from "../../runtime/changelog/changelog.js";
import { type Clock, sleep } from "../../runtime/core/clock.js";
import { AffinityError } from "../../runtime/core/errors.js";

export interface Silence {
  /** Whether the next request gets no answer. */
  isSilent(): boolean;
  /** How long a request takes, ms. */
  delayMs(): number;
}

export function faultyChangelog(inner: Changelog, silence: Silence, clock: Clock): Changelog {
  const answer = async <T>(run: () => Promise<T>): Promise<T> => {
    await sleep(clock, silence.delayMs());
    if (silence.isSilent()) throw new AffinityError("CHANGELOG_UNAVAILABLE", "log: silent; ask again");
    return run();
  };
  return {
    isShared: inner.isShared,
    ensureTopics: (topics) => inner.ensureTopics(topics),
    open: (request) => answer(async () => faultyLog(await inner.open(request), answer)),
    read: (request) => answer(() => inner.read(request)),
    grown: (request) => answer(() => inner.grown(request)),
    close: () => inner.close(),
  };
}

function faultyLog(inner: PartitionLog, answer: <T>(run: () => Promise<T>) => Promise<T>): PartitionLog {
  return {
    fence: (signal) => answer(() => inner.fence(signal)),
    append: (records) => inner.append(records),
    close: () => inner.close(),
  };
}
