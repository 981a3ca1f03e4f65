import { describe, expect, it } from "vitest";
import { FlushQueue } from "../../../../runtime/partition/flush-queue.js";

/** Turns that the test takes one by one. */
class Turns {
  readonly #waiting: (() => void)[] = [];

  after(run: () => void): void {
    this.#waiting.push(run);
  }

  /** Takes a turn; false when nothing waits for one. */
  take(): boolean {
    const next = this.#waiting.splice(0);
    for (const run of next) run();
    return next.length > 0;
  }
}

function opened() {
  const turns = new Turns();
  const flushed: string[] = [];
  return {
    turns,
    flushed,
    queue: new FlushQueue(turns),
    part: (name: string) => ({ flush: () => flushed.push(name) }),
  };
}

describe("when what was gathered is sent", () => {
  it("P2: a call that comes alone is sent after one turn that brings nothing", () => {
    const { turns, flushed, queue, part } = opened();
    queue.add(part("a"));
    turns.take();
    expect(flushed).toEqual([]);
    turns.take();
    expect(flushed).toEqual(["a"]);
    expect(turns.take()).toBe(false);
  });

  it("P2: partitions that gather in the same turns are sent together, in order", () => {
    const { turns, flushed, queue, part } = opened();
    queue.add(part("a"));
    turns.take();
    queue.add(part("b"));
    turns.take();
    expect(flushed).toEqual([]);
    turns.take();
    expect(flushed).toEqual(["a", "b"]);
  });

  it("P12: calls that never cease to come are sent after eight turns of waiting", () => {
    const { turns, flushed, queue, part } = opened();
    queue.add(part("a"));
    let taken = 0;
    while (flushed.length === 0) {
      turns.take();
      taken += 1;
      queue.grew();
    }
    expect(taken).toBe(9);
  });

  it("P12: nothing more is waited for once 32 calls have gathered", () => {
    const { turns, flushed, queue, part } = opened();
    queue.add(part("a"));
    for (let more = 1; more < 32; more += 1) queue.grew();
    turns.take();
    expect(flushed).toEqual(["a"]);
  });

  it("gathers anew after it has sent", () => {
    const { turns, flushed, queue, part } = opened();
    for (const name of ["a", "b"]) {
      queue.add(part(name));
      while (turns.take());
    }
    expect(flushed).toEqual(["a", "b"]);
  });
});
