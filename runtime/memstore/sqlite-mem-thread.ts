/** Entry of the writer thread of the embedded memstore. It reads no clock. */
import { assert } from "../core/errors.js";
import { callerPort, serveCalls } from "../disk/sqlite-thread.js";
import type { MemCalls } from "./sqlite-mem-calls.js";
import { MemWriter } from "./sqlite-mem-writer.js";

let writer: MemWriter | undefined;
let isSweeping = false;

function opened(): MemWriter {
  assert(writer !== undefined, "the file is opened first");
  return writer;
}

/** Sweeps slice by slice; calls that came meanwhile are answered between two slices. */
function sweep(): void {
  if (isSweeping) return;
  isSweeping = true;
  setImmediate(() => {
    isSweeping = false;
    try {
      if (writer?.sweep() === true) sweep();
    } catch {
      // No space, or a failing disk: garbage waits for the next start.
    }
  });
}

serveCalls<MemCalls>(callerPort(), {
  start: ({ path, walPages }) => {
    writer = new MemWriter(path, walPages);
    sweep();
    return null;
  },
  open: (name) => opened().open(name),
  flush: (request) => opened().flush(request),
  clear: (name) => {
    const state = opened().clear(name);
    sweep();
    return state;
  },
  close: () => {
    writer?.close();
    writer = undefined;
    return null;
  },
});
