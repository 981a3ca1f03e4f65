/** Waiting for several things of which one is enough. */
import { setMaxListeners } from "node:events";

/** What a wait listens with, at most: one for itself, one for what it asks for. */
const listenersOfWait = 2;

/**
 * What the first of several waits comes to; the others are ended by the signal that each is given.
 *
 * @throws what the first throws, and the signal's reason.
 */
export async function firstOf<T>(
  signal: AbortSignal,
  waits: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  // The default is a guess at leaks.
  setMaxListeners(waits.length * listenersOfWait, stop.signal);
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race(waits.map((wait) => wait(stop.signal)));
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
}
