/** Entry of the writer thread: calls and groups in, outcomes out. It reads no clock: the time comes with what it is asked. */
import { assert } from "../core/errors.js";
import { callerPort, serveCalls, Transferred } from "../disk/sqlite-thread.js";
import { GroupReader } from "./group.js";
import type { LogCalls } from "./sqlite-calls.js";
import { SqliteLog } from "./sqlite-log.js";

const port = callerPort();
let log: SqliteLog | undefined;

function opened(): SqliteLog {
  assert(log !== undefined, "the file is opened first");
  return log;
}

function write(buffer: ArrayBuffer): void {
  const group = new GroupReader(buffer);
  const reason = opened().write(group);
  const answer = reason === undefined ? buffer : group.withText(reason);
  port.postMessage(answer, [answer]);
}

serveCalls<LogCalls>(
  port,
  {
    start: ({ path }) => {
      log = new SqliteLog(path);
      return null;
    },
    ensureTopics: ({ topics, incarnations }) => opened().ensureTopics(topics, incarnations),
    fence: (request) => opened().fence(request),
    read: (request) => {
      const reply = opened().read(request);
      return new Transferred(reply, [reply.blocks]);
    },
    close: () => {
      log?.close();
      return null;
    },
  },
  write,
);
