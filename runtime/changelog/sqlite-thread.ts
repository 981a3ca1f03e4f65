/** Entry of the writer thread: calls and groups in, outcomes out. It reads no clock: the time comes with what it is asked. */
import { assert } from "../core/errors.js";
import { callerPort, serveCalls, Transferred } from "../disk/sqlite-thread.js";
import { Compaction } from "./compaction.js";
import { GroupReader } from "./group.js";
import type { LogCalls } from "./sqlite-calls.js";
import { SqliteLog } from "./sqlite-log.js";

const port = callerPort();
let log: SqliteLog | undefined;
let compaction: Compaction | undefined;

function opened(): SqliteLog {
  assert(log !== undefined, "the file is opened first");
  return log;
}

function write(buffer: ArrayBuffer): void {
  const group = new GroupReader(buffer);
  const reason = opened().write(group);
  const answer = reason === undefined ? buffer : group.withText(reason);
  port.postMessage(answer, [answer]);
  tidy();
}

function tidy(): void {
  try {
    opened().connection.tidy();
  } catch {
    // The file is opened anew, or refused, with the next group.
  }
}

serveCalls<LogCalls>(
  port,
  {
    start: ({ path }) => {
      log = new SqliteLog(path);
      compaction = new Compaction(log);
      return null;
    },
    ensureTopics: ({ topics, incarnations }) => opened().ensureTopics(topics, incarnations),
    topics: () => opened().topics(),
    fence: (request) => opened().fence(request),
    read: (request) => {
      const reply = opened().read(request);
      return new Transferred(reply, [reply.blocks]);
    },
    compact: ({ now, isForced, slices }) => {
      let hasMore = true;
      for (let left = slices; left > 0 && hasMore; left -= 1) {
        hasMore = compaction?.run(now, isForced) ?? false;
        tidy();
      }
      return { hasMore };
    },
    close: () => {
      log?.connection.close();
      return null;
    },
  },
  write,
);
