/** A storage thread of the tests: it owns a file, as those of the product do, and counts what it is given. */
import { appendFileSync } from "node:fs";
import { callerPort, serveCalls } from "../../../../runtime/disk/sqlite-thread.js";

export type CountingCalls = {
  readonly open: { readonly request: { readonly path: string }; readonly reply: null };
  /** How many calls of this kind this thread has had. */
  readonly count: { readonly request: null; readonly reply: number };
  readonly die: { readonly request: null; readonly reply: null };
  readonly close: { readonly request: null; readonly reply: null };
};

let path: string | undefined;
let calls = 0;

function note(what: string): null {
  if (path === undefined) throw new Error("it is not open");
  appendFileSync(path, `${what}\n`);
  return null;
}

const port = callerPort();
serveCalls<CountingCalls>(
  port,
  {
    open: (request) => {
      path = request.path;
      return note("opened");
    },
    count: () => {
      calls += 1;
      return calls;
    },
    die: () => process.exit(),
    close: () => note("closed"),
  },
  (buffer) => port.postMessage(buffer, [buffer]),
);
