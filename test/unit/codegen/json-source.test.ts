import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../codegen/diagnostics.js";
import { type JsonNode, jsonValueOf } from "../../../codegen/json-node.js";
import { type JsonSourceOptions, jsonLimits, parseJsonSource } from "../../../codegen/json-source.js";

const read = (text: string, options?: JsonSourceOptions) =>
  parseJsonSource({ file: "a.json", bytes: new TextEncoder().encode(text) }, options);

function node(text: string): JsonNode {
  const { root, diagnostics } = read(text);
  if (root === undefined) throw new Error(diagnostics.map((fault) => fault.text).join());
  return root;
}

function fault(text: string | Uint8Array): Diagnostic {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const { root, diagnostics } = parseJsonSource({ file: "a.json", bytes });
  const [first] = diagnostics;
  if (root !== undefined || first === undefined || diagnostics.length !== 1) throw new Error("expected one fault");
  return first;
}

const place = (text: string | Uint8Array) => {
  const { at, code } = fault(text);
  return `${at.line}:${at.column}+${at.length} ${code}`;
};

/** The node at a path of names and indices. */
function within(root: JsonNode, ...steps: (string | number)[]): JsonNode {
  return steps.reduce<JsonNode>((at, step) => {
    const next = at.kind === "object" ? at.get(String(step)) : at.kind === "array" ? at.items[Number(step)] : undefined;
    if (next === undefined) throw new Error(`nothing at ${step}`);
    return next;
  }, root);
}

describe("JSON of the user's files", () => {
  it("gives the values that JSON.parse gives", () => {
    const text = ' {"a": [1, -0.5e2, true, false, null, "x\\n\\u00e9\\"\\/"], "": {}, "b": []} ';
    expect(jsonValueOf(node(text))).toEqual(JSON.parse(text));
  });

  it("knows line, column, length and pointer of each value", () => {
    const root = node('{\r\n  "a/b": [1,\n    "~é"]}');
    expect(within(root, "a/b").at).toEqual({ file: "a.json", pointer: "/a~1b", line: 2, column: 10, length: 3 });
    expect(within(root, "a/b", 1).at).toEqual({ file: "a.json", pointer: "/a~1b/1", line: 3, column: 5, length: 4 });
  });

  it("knows the place of a member's name", () => {
    const root = node('{ "a": 1 }');
    expect(root.kind === "object" && root.member("a")?.nameAt).toMatchObject({
      line: 1,
      column: 3,
      length: 3,
      pointer: "/a",
    });
  });

  it("counts columns in UTF-16 code units, after a byte order mark", () => {
    expect(within(node('\ufeff["\u{1f600}", 1]'), 1).at).toMatchObject({ line: 1, column: 8 });
  });

  it("takes \\n, \\r\\n and \\r for the end of a line", () => {
    expect(within(node("[1,\n2,\r\n3,\r4]"), 3).at).toMatchObject({ line: 4, column: 1 });
  });

  it("keeps the digits of a number", () => {
    const number = within(node("[9223372036854775807]"), 0);
    expect(number).toMatchObject({ kind: "number", text: "9223372036854775807", integer: 9223372036854775807n });
  });

  it("tells an integer from a number with point or exponent", () => {
    const root = node("[10, 10.0, 1e1, -0]");
    const integers = [0, 1, 2, 3].map((index) => {
      const item = within(root, index);
      return item.kind === "number" ? item.integer : "no number";
    });
    expect(integers).toEqual([10n, undefined, undefined, 0n]);
  });

  it("keeps a member __proto__ as data", () => {
    const value = jsonValueOf(node('{"__proto__": {"polluted": true}, "constructor": 1}'));
    expect(Object.entries(value ?? {})).toEqual([
      ["__proto__", { polluted: true }],
      ["constructor", 1],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });

  it("refuses each duplicate member at its later place", () => {
    const { root, diagnostics } = read('{"a": 1,\n "b": {"c": 1, "c": 1}, "a": 2}');
    expect(root).toBeUndefined();
    expect(diagnostics.map(({ at, code }) => [at.line, at.column, code])).toEqual([
      [2, 16, "JSON_DUPLICATE_MEMBER"],
      [2, 25, "JSON_DUPLICATE_MEMBER"],
    ]);
    expect(diagnostics[1]?.text).toBe('the object has "a" twice, here and on line 1');
  });

  it("lets the last of duplicate members count when asked to", () => {
    const { root } = read('{"a": 1, "b": 2, "a": 3}', { duplicates: "last" });
    expect(root && jsonValueOf(root)).toEqual({ a: 3, b: 2 });
  });
});

describe("text that is no JSON", () => {
  it.each([
    ["", "1:1+1"],
    [" \n ", "2:2+1"],
    ["[1,]", "1:3+1"],
    ['{"a": 1,\n}', "1:8+1"],
    ["[1 2]", "1:4+1"],
    ['{"a" 1}', "1:6+1"],
    ["{a: 1}", "1:2+1"],
    ["{'a': 1}", "1:2+3"],
    ['{"a": 1} x', "1:10+1"],
    ["[1", "1:3+1"],
    ["[01]", "1:2+2"],
    ["[.5]", "1:2+2"],
    ["[+1]", "1:2+2"],
    ["[1.]", "1:2+2"],
    ["[NaN]", "1:2+3"],
    ["[True]", "1:2+4"],
    ["[-]", "1:2+1"],
    ["// x\n1", "1:1+2"],
    ['{"a": 1 // x\n}', "1:9+2"],
    ["[1, /* x */ 2]", "1:5+2"],
    ['["abc', "1:2+4"],
    ['["a\nb"]', "1:2+2"],
    ['["a\tb"]', "1:4+1"],
    ['["\\x"]', "1:3+2"],
    ['["\\u12g4"]', "1:3+2"],
    ["[1}", "1:3+1"],
  ])("%j is refused at %s", (text, expected) => {
    expect(place(text)).toBe(`${expected} JSON_SYNTAX`);
  });

  it.each([
    ["[1, // x\n2]", "JSON has no comments."],
    ["[1 # x\n]", "JSON has no comments."],
    ["['a']", 'JSON texts stand in straight double quotes, "like this".'],
    ["[\u201ca\u201d]", 'JSON texts stand in straight double quotes, "like this".'],
    ["[1,]", "Remove the comma."],
    ["[1 2]", "A comma is missing before it."],
    ["[NaN]", "JSON has neither NaN nor infinities."],
    ["[None]", "JSON's words are true, false and null."],
    ["{a: 1}", "JSON texts and names stand in double quotes."],
  ])("%j comes with the cure", (text, cure) => {
    expect(fault(text).suggestion).toBe(cure);
  });

  it("refuses half of a surrogate pair, which has no UTF-8", () => {
    expect(place('["\\ud800"]')).toBe("1:2+8 JSON_ENCODING");
  });

  it("takes a whole surrogate pair", () => {
    expect(jsonValueOf(node('"\\ud83d\\ude00"'))).toBe("\u{1f600}");
  });

  it("refuses bytes that are not UTF-8 and names the first of them", () => {
    const bytes = new Uint8Array([0x5b, 0x0a, 0x22, 0xc3, 0xa9, 0xff, 0x22, 0x5d]);
    expect(fault(bytes)).toMatchObject({ code: "JSON_ENCODING", at: { line: 2, column: 3 } });
    expect(fault(bytes).text).toContain("byte 5 of the file (0xff)");
  });

  it.each([
    ["overlong", [0xc0, 0x80]],
    ["overlong of three bytes", [0xe0, 0x80, 0x80]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["cut short", [0xe2, 0x82]],
    ["a lone continuation", [0x80]],
  ])("%s: not UTF-8 from its first byte on", (_, bytes) => {
    expect(fault(new Uint8Array([0x22, ...bytes])).text).toContain("byte 1 of the file");
  });

  it.each([
    ["UTF-16", [0xff, 0xfe, 0x31, 0]],
    ["UTF-16", [0xfe, 0xff, 0, 0x31]],
    ["UTF-16", [0x31, 0, 0x31, 0]],
    ["UTF-16", [0, 0x31, 0, 0x31]],
    ["UTF-32", [0xff, 0xfe, 0, 0]],
    ["UTF-32", [0, 0, 0xfe, 0xff]],
    ["UTF-32", [0, 0, 0, 0x31]],
    ["UTF-32", [0x31, 0, 0, 0]],
  ])("refuses %s and says how to save the file", (name, bytes) => {
    expect(fault(new Uint8Array(bytes))).toMatchObject({ code: "JSON_ENCODING", suggestion: "Save it as UTF-8." });
    expect(fault(new Uint8Array(bytes)).text).toContain(name);
  });
});

describe("the bounds of a file", () => {
  it("has one diagnostic for too many bytes, before they are read", () => {
    expect(place(new Uint8Array(jsonLimits.bytes + 1))).toBe("1:1+1 JSON_TOO_LARGE");
  });

  it.each([10_000, 1_000_000])("ends at the bracket that is too deep, of %i", (depth) => {
    expect(place("[".repeat(depth))).toBe(`1:${jsonLimits.depth + 1}+1 JSON_TOO_DEEP`);
    expect(place('{"a":'.repeat(depth)).endsWith("JSON_TOO_DEEP")).toBe(true);
  });

  it("reads what is just deep enough", () => {
    expect(read("[".repeat(jsonLimits.depth) + "]".repeat(jsonLimits.depth)).diagnostics).toEqual([]);
  });

  it("counts values", () => {
    expect(place(`[${"1,".repeat(jsonLimits.values)}1]`)).toMatch(/ JSON_TOO_LARGE$/);
  });

  it("refuses a number of a megabyte instead of computing it", () => {
    expect(place(`[${"9".repeat(1_000_000)}]`)).toBe("1:2+1000000 JSON_TOO_LARGE");
  });

  it("reads one text of eight megabytes", () => {
    expect(node(`"${"a".repeat(8_000_000)}"`)).toMatchObject({ kind: "string" });
  });
});
