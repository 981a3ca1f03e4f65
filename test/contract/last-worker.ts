/** The worker threads that this process starts, so that tests may end them. */
import type { Worker } from "node:worker_threads";

/** Runs a function and gives, beside what it resolves with, the last thread that was started meanwhile. */
export async function withWorker<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly worker: Worker }> {
  let last: Worker | undefined;
  const note = (worker: Worker): void => {
    last = worker;
  };
  process.on("worker", note);
  try {
    const result = await run();
    if (last === undefined) throw new Error("no thread was started");
    return { result, worker: last };
  } finally {
    process.off("worker", note);
  }
}
