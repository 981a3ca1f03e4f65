/** Entry of the thread that holds the embedded registry's file. */
import { assert } from "../core/errors.js";
import { callerPort, serveCalls } from "../disk/sqlite-thread.js";
import { EventFile } from "./event-file.js";
import type { RegistryEvent } from "./registry-event.js";

/** Calls of the thread. */
export type EventFileCalls = {
  readonly start: { readonly request: { readonly path: string; readonly linesPath: string }; readonly reply: null };
  readonly read: { readonly request: number; readonly reply: readonly (readonly RegistryEvent[])[] };
  readonly append: {
    readonly request: { readonly at: number; readonly events: readonly RegistryEvent[] };
    readonly reply: boolean;
  };
  readonly close: { readonly request: null; readonly reply: null };
};

let file: EventFile | undefined;

function opened(): EventFile {
  assert(file !== undefined, "the file is opened first");
  return file;
}

serveCalls<EventFileCalls>(callerPort(), {
  start: ({ path, linesPath }) => {
    file = new EventFile(path, linesPath);
    return null;
  },
  read: (from) => opened().read(from),
  append: ({ at, events }) => opened().append(at, events),
  close: () => {
    file?.close();
    return null;
  },
});
