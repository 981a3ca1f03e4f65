import { describe, expect, it } from "vitest";
import { expand } from "../../../../../runtime/node/config/environment.js";

const variable = (name: string): string => `\${${name}}`;

describe("environment variables in texts", () => {
  it("stand anywhere in a text, several times", () => {
    const written = `a ${variable("X")} b ${variable("Y")} ${variable("X")}`;
    expect(expand(written, { X: "1", Y: "" })).toEqual({
      ok: true,
      text: "a 1 b  1",
      variables: ["X", "Y", "X"],
      isFilled: true,
    });
  });

  it("take the default when unset or empty, as in a shell", () => {
    expect(expand(variable("X:-8080"), {})).toMatchObject({ text: "8080", variables: [], isFilled: true });
    expect(expand(variable("X:-8080"), { X: "" })).toMatchObject({ text: "8080" });
    expect(expand(variable("X:-8080"), { X: "1" })).toMatchObject({ text: "1", variables: ["X"] });
    expect(expand(variable("X:-"), {})).toMatchObject({ ok: true, text: "" });
  });

  it("that are unset and have no default are faults that say the cure", () => {
    expect(expand(variable("TOKEN"), {})).toMatchObject({
      ok: false,
      fault: "environment variable TOKEN is not set",
      cure: expect.stringContaining("Set TOKEN"),
    });
  });

  it("are not looked up on the prototype, and values are not expanded again", () => {
    expect(expand(variable("constructor"), {})).toMatchObject({ ok: false });
    expect(expand(variable("X"), { X: variable("Y"), Y: "2" })).toMatchObject({ text: variable("Y") });
  });

  it("P17: a placeholder that does not end is a fault, a doubled dollar is plain text", () => {
    expect(expand("${", {})).toMatchObject({ ok: false });
    expect(expand(variable("not a name"), {})).toMatchObject({ ok: false });
    expect(expand(`$${variable("X")} costs 5$`, { X: "1" })).toMatchObject({
      ok: true,
      text: `${variable("X")} costs 5$`,
    });
  });
});
