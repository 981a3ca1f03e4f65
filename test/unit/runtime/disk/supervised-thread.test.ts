import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SupervisedThread } from "../../../../runtime/disk/supervised-thread.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";
import type { CountingCalls } from "./counting-thread.js";

describe("a storage thread with its owner", () => {
  let folder: TempFolder;
  let path: string;
  let workers: Worker[];
  let deaths: string[];
  let buffers: number[];
  const note = (worker: Worker): void => {
    workers.push(worker);
  };
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, "noted");
    [workers, deaths, buffers] = [[], [], []];
    process.on("worker", note);
  });
  afterEach(async () => {
    process.off("worker", note);
    await folder.remove();
  });

  const threadOf = (file = path): SupervisedThread<CountingCalls> =>
    new SupervisedThread<CountingCalls>({
      entry: new URL("./counting-thread.js", import.meta.url),
      open: (thread) => thread.call("open", { path: file }),
      close: (thread) => thread.call("close", null),
      retired: () => new Error("it is retired"),
      onBuffer: (buffer) => buffers.push(buffer.byteLength),
      onDeath: (error) => deaths.push(error.message),
    });
  const noted = (): readonly string[] => readFileSync(path, "utf8").trim().split("\n");
  // A thread that has ended has no id any more.
  const living = (): number => workers.filter(({ threadId }) => threadId !== -1).length;

  it("is started once for all who need it at the same time, and told to close at the end", async () => {
    const thread = threadOf();
    expect(workers).toHaveLength(0);
    const [first, second] = await Promise.all([thread.call("count", null), thread.call("count", null), thread.start()]);
    expect([first, second]).toEqual([1, 2]);
    expect(workers).toHaveLength(1);
    await thread.end();
    expect(noted()).toEqual(["opened", "closed"]);
    expect(living()).toBe(0);
    expect(deaths).toEqual([]);
  });

  it("is started again when it has died: its owner hears of it, and what it was asked fails", async () => {
    const thread = threadOf();
    await thread.start();
    const asked = await Promise.allSettled([thread.call("die", null), thread.call("count", null)]);
    expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(deaths).toEqual(["the storage thread has ended"]);
    expect(await thread.call("count", null)).toBe(1);
    expect(noted()).toEqual(["opened", "opened"]);
    await thread.end();
    expect(living()).toBe(0);
  });

  it("is started for a buffer too, and gives buffers back", async () => {
    const thread = threadOf();
    await thread.post(new ArrayBuffer(7));
    expect(thread.post(new ArrayBuffer(8))).toBeUndefined();
    // What it is told comes in order: its answer is behind the buffers.
    await thread.call("count", null);
    expect(buffers).toEqual([7, 8]);
    await thread.end();
  });

  it.each(["end", "kill"] as const)(
    "that is being started when its owner wants its %s is not left behind",
    async (end) => {
      const thread = threadOf();
      const started = thread.start();
      await thread[end]();
      await started;
      expect(workers).toHaveLength(1);
      expect(living()).toBe(0);
      expect(noted()).toEqual(end === "end" ? ["opened", "closed"] : ["opened"]);
    },
  );

  it("that is being started again when its owner ends it is not left behind", async () => {
    const thread = threadOf();
    await thread.call("die", null).catch(() => undefined);
    const counted = thread.call("count", null);
    const [ended] = await Promise.allSettled([thread.end(), counted]);
    expect(ended.status).toBe("fulfilled");
    expect(workers).toHaveLength(2);
    expect(living()).toBe(0);
    expect(noted()).toEqual(["opened", "opened", "closed"]);
  });

  it("that cannot open is ended, and the next who needs it tries again", async () => {
    const thread = threadOf(join(folder.path, "missing", "noted"));
    await expect(thread.start()).rejects.toThrow("ENOENT");
    await expect(thread.call("count", null)).rejects.toThrow("ENOENT");
    expect(workers).toHaveLength(2);
    expect(living()).toBe(0);
    expect(deaths).toEqual([]);
    await thread.end();
  });

  it("is not started again when it is retired; while it runs it answers", async () => {
    const thread = threadOf();
    await thread.start();
    thread.retire();
    expect(await thread.call("count", null)).toBe(1);
    await thread.call("die", null).catch(() => undefined);
    await expect(thread.call("count", null)).rejects.toThrow("it is retired");
    await expect(thread.post(new ArrayBuffer(1))).rejects.toThrow("it is retired");
    await thread.end();
    expect(workers).toHaveLength(1);
    expect(noted()).toEqual(["opened"]);
  });

  it("that is killed closes nothing, and is not started again", async () => {
    const thread = threadOf();
    await thread.start();
    await thread.kill();
    expect(living()).toBe(0);
    expect(deaths).toEqual([]);
    await expect(thread.call("count", null)).rejects.toThrow("it is retired");
    expect(noted()).toEqual(["opened"]);
  });
});
