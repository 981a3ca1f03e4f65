import { describe, expect, it } from "vitest";
import { schemaJson } from "../../../../codegen/emit/definition.js";
import { parseSchemas } from "../../../../codegen/schema/parse.js";
import { logicalOf } from "../../../../runtime/schema/logical-type.js";

/** The definition that is emitted for a schema's text. */
function emitted(text: string): unknown {
  const { roots } = parseSchemas([{ file: "a.avsc", bytes: new TextEncoder().encode(text) }]);
  const root = roots.get("a.avsc");
  return root === undefined ? undefined : schemaJson(root);
}

describe("a logical type that is none", () => {
  it("P16: a precision written 4.0 is no precision, for any codec", () => {
    const text = '{"type":"bytes","logicalType":"decimal","precision":4.0,"scale":2}';
    expect(emitted(text)).toEqual({ type: "bytes", precision: 4, scale: 2 });
  });

  it("P16: an array of one name is no name", () => {
    expect(logicalOf({ logicalType: ["timestamp-millis"] }, "long")).toBeUndefined();
  });

  it("one of an unknown name is kept as it is", () => {
    expect(emitted('{"type":"long","logicalType":"mine"}')).toEqual({ type: "long", logicalType: "mine" });
  });
});
