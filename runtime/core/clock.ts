/** The only place that reads the time or sets a timer; everything else is handed a Clock. */

/** A timer that was set; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time, passed in so that tests and simulations can move it. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, may jump. */
  now(): number;
  /** Milliseconds that only grow, from an arbitrary start. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. Timers keep the process alive unless `unref` is set. */
  after(delayMs: number, run: () => void, options?: { readonly unref?: boolean }): Timer;
}

class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void, options: { readonly unref?: boolean } = {}): Timer {
    const handle: unknown = setTimeout(run, delayMs);
    if (options.unref === true) unref(handle);
    return { cancel: () => clearTimeout(handle as Parameters<typeof clearTimeout>[0]) };
  }
}

// Browsers answer setTimeout with a number, Node with an object that can be unreferenced.
function unref(handle: unknown): void {
  if (typeof handle === "object" && handle !== null && "unref" in handle && typeof handle.unref === "function") {
    handle.unref();
  }
}

/** The machine's clock. */
export const systemClock: Clock = new SystemClock();

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. @param options As of `Clock.after`. */
export function sleep(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
  options?: { readonly unref?: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const run = (): void => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    };
    const timer = clock.after(delayMs, run, options);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
