import { describe, expect, it } from "vitest";
import { oneAtATime } from "../../../cli/one-at-a-time.js";

describe("work that is asked for while it runs", () => {
  it("runs once more afterwards, however often it was asked for, and never beside itself", async () => {
    const runs: (() => void)[] = [];
    let running = 0;
    const work = oneAtATime(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((end) => runs.push(end));
      running -= 1;
    });
    const all = Promise.all([work(), work(), work()]);
    runs[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(runs).toHaveLength(2);
    runs[1]?.();
    await all;
    expect(runs).toHaveLength(2);
  });

  it("can be asked for again after it failed", async () => {
    let calls = 0;
    const work = oneAtATime(async () => {
      calls += 1;
      if (calls === 1) throw new Error("once");
    });
    await expect(work()).rejects.toThrow("once");
    await work();
    expect(calls).toBe(2);
  });
});
