import { describe, expect, it } from "vitest";
import { messageOf, stackOf } from "../../../../runtime/core/errors.js";

const mute = {
  toString(): string {
    throw new Error("no text either");
  },
};

describe("what is thrown", () => {
  it("P17: has a text even where its own toString throws", () => {
    expect(messageOf(mute)).toBe("something that has no text");
    expect(stackOf(mute)).toBe("something that has no text");
  });

  it("P17: has a text even where its stack is a getter that throws", () => {
    const error = new Error("known");
    Object.defineProperty(error, "stack", {
      get: () => {
        throw new Error("no stack");
      },
    });
    expect(stackOf(error)).toBe("known");
  });
});
