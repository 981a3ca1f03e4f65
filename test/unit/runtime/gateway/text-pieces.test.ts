import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMembers } from "../../../../runtime/gateway/json-members.js";
import { LineCutter } from "../../../../runtime/gateway/lines.js";
import { Query } from "../../../../runtime/gateway/query.js";
import { decodeSegment, parseTarget } from "../../../../runtime/gateway/target.js";

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("jsonMembers", () => {
  it("P16: gives the text of each member with every digit", () => {
    const members = jsonMembers('{"key":9007199254740993 , "value" : {"a":[1,{"b":"]}\\"\\\\"}],"n":1e400}}', [
      "key",
      "value",
    ]);
    expect([...members]).toEqual([
      ["key", "9007199254740993"],
      ["value", '{"a":[1,{"b":"]}\\"\\\\"}],"n":1e400}'],
    ]);
  });

  it("cuts any object as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (key, value) => {
        const members = jsonMembers(JSON.stringify({ key, value }, null, 1), ["key", "value"]);
        expect(JSON.parse(members.get("key") ?? "")).toEqual(JSON.parse(JSON.stringify(key)));
        expect(JSON.parse(members.get("value") ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    "",
    "[]",
    "1",
    "null",
    "{",
    '{"key"}',
    '{"key":1',
    '{"key":1}}',
    '{"key":1,}',
    "{key:1}",
    '{"other":1}',
    '{"key":1,"key":2}',
    '{"__proto__":1}',
    '{"key":"abc}',
    '{"key":{}',
    '{"key":[1,{"a":2}',
  ])("P17: refuses %s with VALUE_INVALID", (text) => {
    expect(() => jsonMembers(text, ["key", "value"])).toThrow(code("VALUE_INVALID"));
  });

  it("P17: leaves to the codec what is white space elsewhere, but not in JSON", () => {
    for (const stranger of ["\u00a0", "\ufeff", "\u2028", "\u000b", "\u0000"]) {
      const members = jsonMembers(`{"key": ${stranger}1 ,"value":\t1${stranger} }`, ["key", "value"]);
      expect([...members.values()]).toEqual([`${stranger}1`, `1${stranger}`]);
    }
  });

  it("P17: a value with a million spaces is cut in time", () => {
    const spaced = `{"key":1,"value":[${" ".repeat(1_000_000)}]${" ".repeat(1_000_000)}}`;
    expect(jsonMembers(spaced, ["key", "value"]).get("value")?.length).toBe(1_000_002);
  });

  it("P17: a string of a million characters, or of backslashes, takes no deep stack", () => {
    const long = JSON.stringify({ key: "x".repeat(1_000_000), value: "\\".repeat(500_000) });
    expect(jsonMembers(long, ["key", "value"]).get("value")?.length).toBe(1_000_002);
  });
});

describe("LineCutter", () => {
  it("gives the same lines however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ""))),
        fc.integer({ min: 1, max: 7 }),
        (lines, step) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          const cutter = new LineCutter(1_000);
          const found: string[] = [];
          for (let at = 0; at < bytes.length; at += step) {
            for (const line of cutter.push(bytes.subarray(at, at + step))) found.push(String(line));
          }
          expect(found).toEqual(lines);
          expect([...cutter.end()]).toEqual([]);
        },
      ),
    );
  });

  it("P12: a line above the bound gives nothing and holds nothing, and the next one is read", () => {
    const cutter = new LineCutter(10);
    const found: (string | undefined)[] = [];
    for (let chunk = 0; chunk < 100; chunk++) found.push(...[...cutter.push(Buffer.from("xxxxx"))].map(String));
    for (const line of cutter.push(Buffer.from("\nok\r\nlast"))) found.push(line?.toString());
    for (const line of cutter.end()) found.push(line?.toString());
    expect(found).toEqual([undefined, "ok", "last"]);
  });
});

describe("Query", () => {
  it("decodes names and values", () => {
    const query = Query.parse("a=1+2&b=%2B%C3%A9&a=x&flag");
    expect(query.all("a")).toEqual(["1 2", "x"]);
    expect(query.one("b")).toBe("+é");
    expect(query.one("flag")).toBe("");
    expect(query.one("none")).toBeUndefined();
  });

  it.each(["a=%", "a=%zz", "a=%ff", "%=1"])("P17: refuses %s", (text) => {
    expect(() => Query.parse(text)).toThrow(code("QUERY_INVALID"));
  });

  it("P17: unknown and repeated parameters are errors", () => {
    expect(() => Query.parse("limit=1&x=2").allow(["limit"])).toThrow(code("QUERY_INVALID"));
    expect(() => Query.parse("limit=1&limit=2").one("limit")).toThrow(code("QUERY_INVALID"));
    expect(() => Query.parse("__proto__=1").allow([])).toThrow(code("QUERY_INVALID"));
  });
});

describe("parseTarget", () => {
  it("cuts path and query, of an absolute target also the authority", () => {
    expect(parseTarget("/a/b?c=d?e")).toEqual({ path: "/a/b", query: "c=d?e", authority: undefined });
    expect(parseTarget("http://h:1/a?b")).toEqual({ path: "/a", query: "b", authority: "h:1" });
    expect(parseTarget("http://h?b")).toEqual({ path: "/", query: "b", authority: "h" });
  });

  it.each(["", "a", "*", "ftp://h/a", "/a#b", "/é", "/a b"])("P17: refuses %j", (url) => {
    expect(() => parseTarget(url)).toThrow(code("REQUEST_INVALID"));
  });

  it("decodes a segment, or gives nothing", () => {
    expect(decodeSegment("a%2Fb%C3%A9")).toBe("a/bé");
    expect(decodeSegment("a+b")).toBe("a+b");
    expect(decodeSegment("%ff")).toBeUndefined();
  });
});
