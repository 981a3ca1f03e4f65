import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../codegen/diagnostics.js";
import { printDiagnostics, printLimit } from "../../../codegen/diagnostics-print.js";

const file = (name: string, text: string) => ({ file: name, bytes: new TextEncoder().encode(text) });

function fault(line: number, column: number, length = 1, more: Partial<Diagnostic> = {}): Diagnostic {
  const at = { file: "schemas/a.avsc", pointer: "/type", line, column, length };
  return { at, code: "AVRO_UNKNOWN_TYPE", text: "type X is unknown", ...more };
}

const print = (diagnostic: Diagnostic, text: string) => printDiagnostics([diagnostic], [file("schemas/a.avsc", text)]);

/** The source line and the marks under it, without the line number's column. */
function frame(diagnostic: Diagnostic, text: string): string[] {
  return print(diagnostic, text)
    .split("\n")
    .filter((line) => line.includes(" | "))
    .map((line) => line.slice(line.indexOf(" | ") + 3));
}

describe("printed diagnostics", () => {
  it("show place, code, text, the marked line, the cure and a closing line", () => {
    const text = '{\n  "type": "Strin"\n}';
    expect(print(fault(2, 11, 7, { suggestion: 'Did you mean "string"?' }), text)).toBe(
      [
        "schemas/a.avsc:2:11 - error AVRO_UNKNOWN_TYPE: type X is unknown",
        "",
        '  2 |   "type": "Strin"',
        "    |           ^^^^^^^",
        '  Did you mean "string"?',
        "",
        "1 error. Nothing was written.",
        "",
      ].join("\n"),
    );
  });

  it("come sorted by file, line and column, each once", () => {
    const other = fault(1, 1, 1, { at: { ...fault(1, 1).at, file: "b.avsc" } });
    const printed = printDiagnostics([other, fault(10, 1), fault(2, 7), fault(2, 3), fault(2, 3)], []);
    expect(printed.match(/^\S+(?= - )/gm)).toEqual([
      "b.avsc:1:1",
      "schemas/a.avsc:2:3",
      "schemas/a.avsc:2:7",
      "schemas/a.avsc:10:1",
    ]);
    expect(printed).toMatch(/\n4 errors\. Nothing was written\.\n$/);
  });

  it("are nothing when there are none", () => {
    expect(printDiagnostics([], [])).toBe("");
  });

  it("close as the command says", () => {
    expect(printDiagnostics([fault(1, 1)], [], { closing: "Nothing was generated." })).toMatch(
      /1 error\. Nothing was generated\.\n$/,
    );
  });

  it("have no frame without their file, or past its end", () => {
    expect(printDiagnostics([fault(1, 1)], [])).not.toContain("|");
    expect(print(fault(9, 1), "x")).not.toContain("|");
  });

  it("mark the end of a line", () => {
    expect(frame(fault(1, 4), "[1,")).toEqual(["[1,", "   ^"]);
  });

  it("clip a long line around the fault", () => {
    const [line = "", marks = ""] = frame(fault(1, 501, 3), `${"a".repeat(500)}BAD${"z".repeat(500)}`);
    expect(line.length).toBeLessThanOrEqual(82);
    expect(line.startsWith("…") && line.endsWith("…")).toBe(true);
    expect(line.slice(marks.indexOf("^"), marks.length)).toBe("BAD");
  });

  it("clip a fault that is longer than the line shown", () => {
    const [, marks = ""] = frame(fault(1, 1, 5_000), "x".repeat(5_000));
    expect(marks.length).toBeLessThanOrEqual(82);
  });

  it("let no control character of the input through", () => {
    const evil = "\u001b[2J\u0007\u202e\u2028";
    const printed = print(fault(1, 1, 1, { text: `found ${evil}`, suggestion: evil }), evil);
    expect(printed.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(printed).toContain("\\u001b[2J\\u0007\\u202e\\u2028");
  });

  it("keep marks below the fault after tabs, wide and combining characters", () => {
    expect(frame(fault(1, 2), "\tX")).toEqual([" X", " ^"]);
    expect(frame(fault(1, 3), "漢字X")).toEqual(["漢字X", "    ^"]);
    expect(frame(fault(1, 3), "e\u0301X")).toEqual(["e\u0301X", " ^"]);
    expect(frame(fault(1, 2), "\u0007X")).toEqual(["\\u0007X", "      ^"]);
  });

  it("show text that is not UTF-8 as far as it is", () => {
    const bytes = new Uint8Array([0x41, 0xff]);
    expect(printDiagnostics([fault(1, 2)], [{ file: "schemas/a.avsc", bytes }])).toContain("A\ufffd");
  });

  it("are colored on request only", () => {
    expect(printDiagnostics([fault(1, 1)], [], { color: true })).toContain("\u001b[31merror");
    expect(printDiagnostics([fault(1, 1)], [])).not.toContain("\u001b");
  });

  it("stop at a limit and count the rest", () => {
    const many = Array.from({ length: printLimit + 5 }, (_, line) => fault(line + 1, 1));
    expect(printDiagnostics(many, [])).toContain("… and 5 more.");
    expect(printDiagnostics(many, [])).toContain(`${printLimit + 5} errors.`);
  });
});
