import { describe, expect, it } from "vitest";
import { etagOf, isKnown, isMatched, writeConditions } from "../../../../runtime/gateway/etag.js";

describe("conditions", () => {
  it("If-Match compares what stands before the semicolon", () => {
    expect(writeConditions({ "if-match": '"1.2.3;json", "4.5.6;avro"' })).toEqual({ ifMatch: ["1.2.3", "4.5.6"] });
    expect(isMatched('"1.2.3;avro"', "1.2.3")).toBe(true);
    expect(isMatched('"1.2.4;avro"', "1.2.3")).toBe(false);
    expect(isMatched("*", "1.2.3")).toBe(true);
  });

  it("If-Match never meets a weak tag, If-None-Match does", () => {
    expect(writeConditions({ "if-match": 'W/"1.2.3;json"' })).toEqual({ ifMatch: [] });
    expect(writeConditions({ "if-none-match": 'W/"1.2.3;json"' })).toEqual({ ifNoneMatch: ["1.2.3"] });
  });

  it("If-None-Match of a read compares whole tags, since another representation is another text", () => {
    const etag = etagOf("1.2.3", "json");
    expect(etag).toBe('"1.2.3;json"');
    expect(isKnown('"1.2.3;json"', etag)).toBe(true);
    expect(isKnown('"x", W/"1.2.3;json"', etag)).toBe(true);
    expect(isKnown('"1.2.3;avro"', etag)).toBe(false);
    expect(isKnown("*", etag)).toBe(true);
  });

  it("a tag may hold a comma", () => {
    expect(isKnown('"a,b", "1.2.3;json"', '"1.2.3;json"')).toBe(true);
  });

  it.each(["1.2.3", '"open', '"a" "b"', "'x'", 'W/"a", b', "**"])("refuses %s", (text) => {
    expect(() => writeConditions({ "if-match": text })).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });

  it("no header is no condition", () => {
    expect(writeConditions({})).toBeUndefined();
  });
});
