import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonScanner } from "../../../../runtime/schema/json-scanner.js";
import { nestingLimit } from "../../../../runtime/schema/limits.js";

function parse(text: string): unknown {
  const input = new JsonScanner(text);
  const value = input.any();
  input.end();
  return value;
}

/** Large integers as JSON.parse gives them: rounded. */
function rounded(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rounded(member)]));
}

const wellFormed = fc.json({ maxDepth: 4, stringUnit: "grapheme-composite" });

describe("JsonScanner", () => {
  it("gives what JSON.parse gives, for JSON without duplicates", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const expected: unknown = JSON.parse(text);
        expect(rounded(parse(text))).toEqual(expected);
        expect(rounded(parse(JSON.stringify(expected, undefined, "\t\r\n ")))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses what JSON.parse refuses, and takes nothing else", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "a",
      "1",
      "0",
      "-",
      ".",
      "e",
      "+",
      " ",
      "null",
      "true",
      "\t",
      "\u0001",
      "\\u0041",
      "\ufeff",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parse(text), text).toThrow("VALUE_INVALID");
          return;
        }
        expect(parse(text)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it("keeps integers of any digits", () => {
    expect(parse("9007199254740991")).toBe(9007199254740991);
    expect(parse("9007199254740993")).toBe(9007199254740993n);
    expect(parse("-123456789012345678901234567890")).toBe(-123456789012345678901234567890n);
    expect(Object.is(parse("-0"), -0)).toBe(true);
    expect(parse("1e3")).toBe(1000);
  });

  it("refuses duplicate members, also __proto__, which is a member like any other", () => {
    expect(() => parse('{"a":1,"b":2,"\\u0061":3}')).toThrow('a second member the text "a"');
    expect(() => parse('{"__proto__":1,"__proto__":2}')).toThrow("second member");
    const parsed = parse('{"__proto__":{"x":1},"constructor":2}');
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    expect(Object.keys(Object(parsed))).toEqual(["__proto__", "constructor"]);
  });

  it("refuses lone surrogates, written or escaped, and takes pairs however they are written", () => {
    for (const text of ['"\ud800"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83dx"', '"a\udc00b"']) {
      expect(() => parse(text)).toThrow("lone surrogate");
    }
    expect(parse('"\\ud83d\\ude00"')).toBe("😀");
    expect(parse('"\ud83d\\ude00"')).toBe("😀");
  });

  it("says where a fault stands", () => {
    expect(() => parse('{\n  "a": 1,\n  "b": tru\n}')).toThrow("at line 3, column 8 of the JSON text");
    expect(() => parse('["a\nb"]')).toThrow("line 1, column 4 of the JSON text found a control character");
    expect(() => parse('"\\x"')).toThrow("an escape that JSON does not have");
    expect(() => parse('"abc')).toThrow("found the end of the text; expected a closing quote");
  });

  it("bounds the nesting of brackets", () => {
    expect(() => parse("[".repeat(nestingLimit) + "]".repeat(nestingLimit))).not.toThrow();
    expect(() => parse("[".repeat(1_000_000))).toThrow(`more than ${nestingLimit} brackets`);
    expect(() => parse('{"a":'.repeat(1_000_000))).toThrow(`more than ${nestingLimit} brackets`);
  });
});
