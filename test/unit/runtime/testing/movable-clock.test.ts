import { describe, expect, it } from "vitest";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";

const still = { now: () => 1_000, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

describe("MovableClock", () => {
  it("runs what became due in order of its time, also what that sets", () => {
    const clock = new MovableClock(still);
    const ran: string[] = [];
    clock.after(20, () => ran.push("second"));
    clock.after(10, () => {
      ran.push("first");
      clock.after(0, () => ran.push("set by first"));
    });
    clock.after(1_000, () => ran.push("not due"));
    clock.advance(30);
    expect(ran).toEqual(["first", "second", "set by first"]);
    expect(clock.now()).toBe(1_030);
  });

  it("does not run a cancelled timer", () => {
    const clock = new MovableClock(still);
    clock.after(5, () => expect.unreachable()).cancel();
    clock.advance(10);
  });

  it("does not go back", () => {
    expect(() => new MovableClock(still).advance(-1)).toThrow(RangeError);
  });
});
