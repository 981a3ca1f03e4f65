/** Starts a thread of a module of this package, whether it was built or runs from its sources. */
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * @param entry Module of the thread, beside the caller's: `new URL("./x.js", import.meta.url)`.
 * @param data What the thread finds as `workerData`.
 */
export function startWorker(entry: URL, data: unknown): Worker {
  const options: WorkerOptions = { workerData: data, execArgv: [] };
  if (!import.meta.url.endsWith(".ts")) return new Worker(entry, options);
  // Node.js 20 runs TypeScript in a thread only through a loader that the thread itself registers: `execArgv` with
  // `--import tsx` has no effect there.
  const source = entry.href.replace(/\.js$/, ".ts");
  const loader = import.meta.resolve("tsx/esm/api");
  const bootstrap = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(source)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`), options);
}
