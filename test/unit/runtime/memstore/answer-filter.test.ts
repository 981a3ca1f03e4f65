import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerFilter } from "../../../../runtime/memstore/answer-filter.js";

describe("the filter of idempotency keys", () => {
  it("never denies a key that was added and not forgotten", () => {
    const added = fc.array(fc.tuple(fc.string(), fc.nat(100)), { maxLength: 5_000 });
    fc.assert(
      fc.property(added, fc.nat(100), (entries, before) => {
        const filter = new AnswerFilter(undefined);
        for (const [key, time] of entries) filter.add(key, time);
        filter.forget(before);
        expect(entries.filter(([, time]) => time >= before).every(([key]) => filter.mayHave(key))).toBe(true);
      }),
    );
  });

  it("denies nearly every key that was never added", () => {
    const filter = new AnswerFilter(undefined);
    for (let index = 0; index < 50_000; index += 1) filter.add(`0190f5fe-7c00-7a00-8000-${index}`, index);
    let wrong = 0;
    for (let index = 0; index < 10_000; index += 1) if (filter.mayHave(`0190f5fe-7c00-7a00-9000-${index}`)) wrong += 1;
    expect(wrong).toBeLessThan(300);
  });

  it("denies nothing while keys from before it may be remembered", () => {
    const filter = new AnswerFilter(100);
    expect(filter.mayHave("any")).toBe(true);
    filter.forget(100);
    expect(filter.mayHave("any")).toBe(true);
    filter.forget(101);
    expect(filter.mayHave("any")).toBe(false);
  });

  it("P12: gives memory back as keys are forgotten", () => {
    const filter = new AnswerFilter(undefined);
    for (let index = 0; index < 10_000; index += 1) filter.add(`key-${index}`, index);
    filter.forget(10_000);
    expect(Array.from({ length: 10_000 }, (_, index) => filter.mayHave(`key-${index}`))).not.toContain(true);
  });
});
