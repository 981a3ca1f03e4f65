import { describe, expect, it } from "vitest";
import { AffinityError, refusal } from "../../../../runtime/core/errors.js";

describe("errors that are ordinary answers", () => {
  it("have everything but a stack, and leave the stacks of others alone", () => {
    const error = refusal("KEY_NOT_FOUND", "/accounts/x: there is no row", { applied: "no" });
    expect(error).toBeInstanceOf(AffinityError);
    expect(error).toMatchObject({ code: "KEY_NOT_FOUND", status: 404, applied: "no" });
    expect(error.stack).not.toMatch(/\n\s+at /);
    expect(new Error("other").stack).toMatch(/\n\s+at /);
  });
});
