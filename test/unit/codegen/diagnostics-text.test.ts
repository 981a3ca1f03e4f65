import { describe, expect, it } from "vitest";
import { excerpt, listed, printable, quoted } from "../../../codegen/diagnostics-text.js";

describe("input shown in a sentence", () => {
  it("is itself when it is short and printable", () => {
    expect(excerpt("Überweisung 漢字 \u{1f600}")).toBe("Überweisung 漢字 \u{1f600}");
  });

  it("is at most 80 characters, then an ellipsis", () => {
    expect(excerpt("a".repeat(80))).toBe("a".repeat(80));
    expect(excerpt("a".repeat(81))).toBe(`${"a".repeat(80)}…`);
    expect(excerpt("\u{1f600}".repeat(1_000_000))).toBe(`${"\u{1f600}".repeat(80)}…`);
  });

  it("has no control characters, line ends, direction marks or lone surrogates", () => {
    expect(printable("\u0000\u001b\n\u0085\u2028\u202e\ufeff\ud800")).toBe(
      "\\u0000\\u001b\\u000a\\u0085\\u2028\\u202e\\ufeff\\ud800",
    );
    expect(printable("\u{e0001}")).toBe("\\u{e0001}");
  });

  it("stands in quotes", () => {
    expect(quoted("a\tb")).toBe('"a\\u0009b"');
  });

  it("is listed with a word before the last", () => {
    expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")]).toEqual([
      "",
      "a",
      "a or b",
      "a, b and c",
    ]);
  });
});
