import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printDiagnostics } from "../../../../codegen/diagnostics-print.js";
import { finiteTypes } from "../../../../codegen/schema/finite.js";
import type { ParsedSchemas } from "../../../../codegen/schema/parse.js";
import { parseSchemas } from "../../../../codegen/schema/parse.js";
import { faultLimit } from "../../../../codegen/schema/reading.js";
import { parse } from "./inline-files.js";

/** Reads and prints, and checks what holds of any outcome. */
function judge(bytes: Uint8Array, name = "a.avsc"): ParsedSchemas {
  const files = [{ file: name, bytes }];
  const parsed = parseSchemas(files);
  const { model, recovered, diagnostics } = parsed;
  expect(model === undefined).toBe(diagnostics.length > 0);
  const printed = printDiagnostics(diagnostics, files);
  expect(printed.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  for (const line of printed.split("\n")) expect(line.length).toBeLessThan(3_000);
  for (const { at } of diagnostics) {
    expect(at.file).toBe(name);
    expect(Math.min(at.line, at.column, at.length)).toBeGreaterThanOrEqual(1);
  }
  expect(finiteTypes(recovered).size).toBeLessThanOrEqual(recovered.types.size);
  return parsed;
}

const judgeText = (text: string, name?: string): ParsedSchemas => judge(new TextEncoder().encode(text), name);

/** Pieces of schemas, whole and broken, in any combination. */
const pieces = fc.letrec((tie) => ({
  name: fc.constantFrom(
    "A",
    "B",
    "n.A",
    "C",
    "1",
    "",
    ".A",
    "int",
    "__proto__",
    "\u001b[31m",
    "record",
    "a".repeat(500),
  ),
  word: fc.constantFrom(
    "record",
    "error",
    "enum",
    "fixed",
    "array",
    "map",
    "int",
    "long",
    "string",
    "bytes",
    "null",
    "A",
    "n.A",
    "C",
  ),
  value: fc.oneof({ depthSize: "small" }, fc.jsonValue({ maxDepth: 2 }), tie("schema"), tie("name"), tie("word")),
  attributes: fc.dictionary(
    fc.constantFrom(
      "namespace",
      "default",
      "aliases",
      "doc",
      "order",
      "logicalType",
      "precision",
      "scale",
      "size",
      "__proto__",
      "x",
    ),
    tie("value"),
    { maxKeys: 2 },
  ),
  field: fc.oneof(
    { withCrossShrink: true },
    fc.record({ name: tie("name"), type: tie("schema"), default: tie("value") }, { requiredKeys: ["name", "type"] }),
    tie("value"),
  ),
  definition: fc
    .tuple(
      fc.record({
        type: tie("word"),
        name: tie("name"),
        fields: fc.array(tie("field"), { maxLength: 3 }),
        symbols: fc.array(tie("name"), { maxLength: 3 }),
        size: fc.oneof(fc.constant(2), tie("value")),
        items: tie("schema"),
        values: tie("schema"),
      }),
      tie("attributes"),
    )
    .map(([schema, attributes]) => Object.assign(schema, attributes)),
  schema: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    tie("word"),
    tie("definition"),
    fc.array(tie("schema"), { maxLength: 3 }),
  ),
  protocol: fc.record({
    protocol: tie("name"),
    types: fc.array(tie("schema"), { maxLength: 2 }),
    messages: fc.dictionary(
      fc.constantFrom("m", "\u0007"),
      fc.record(
        {
          request: fc.array(tie("field"), { maxLength: 2 }),
          response: tie("schema"),
          errors: fc.array(tie("schema"), { maxLength: 2 }),
          "one-way": fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    ),
  }),
}));

describe("P17: bad schemas are answered with diagnostics, never thrown", () => {
  it("for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void judge(bytes)),
      { numRuns: 500 },
    );
  });

  it("for any JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => void judgeText(text)),
      { numRuns: 500 },
    );
  });

  it("for pieces of schemas in any combination", () => {
    fc.assert(
      fc.property(pieces.schema, (schema) => void judgeText(JSON.stringify(schema))),
      { numRuns: 1_000 },
    );
  });

  it("for pieces of protocols in any combination", () => {
    fc.assert(
      fc.property(pieces.protocol, (protocol) => void judgeText(JSON.stringify(protocol), "a.avpr")),
      { numRuns: 500 },
    );
  });

  it("for a legal schema with any bytes exchanged", () => {
    const text =
      '{"type":"record","name":"n.R","fields":[{"name":"f","type":["null",{"type":"enum","name":"E","symbols":["A"]}],"default":null}]}';
    const legal = new TextEncoder().encode(text);
    const change = fc.tuple(fc.nat(legal.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(legal);
        for (const [at, byte] of changes) bytes[at] = byte;
        judge(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("the same files give the same diagnostics, in whatever order they come", () => {
    fc.assert(
      fc.property(pieces.schema, pieces.schema, (one, two) => {
        const files = [one, two].map((schema, index) => ({
          file: `${index}.avsc`,
          bytes: new TextEncoder().encode(JSON.stringify(schema)),
        }));
        expect(parseSchemas([...files].reverse()).diagnostics).toEqual(parseSchemas(files).diagnostics);
      }),
      { numRuns: 300 },
    );
  });
});

describe("P12: reading a schema is bounded", () => {
  const definitions = (count: number, definition: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => definition(index));

  it.each([10_000, 300_000])("schemas within each other %i deep are one diagnostic", (depth) => {
    expect(judgeText('{"type":"array","items":'.repeat(depth)).diagnostics.map(({ code }) => code)).toEqual([
      "JSON_TOO_DEEP",
    ]);
  });

  it("schemas as deep as JSON may be are read", () => {
    const depth = 999;
    expect(judgeText(`${'{"type":"array","items":'.repeat(depth)}"int"${"}".repeat(depth)}`).model).toBeDefined();
    const open = Array.from(
      { length: 330 },
      (_, index) => `{"type":"record","name":"R${index}","fields":[{"name":"f","type":`,
    );
    expect(judgeText(`${open.join("")}"int"${"}]}".repeat(330)}`).model?.types.size).toBe(330);
  });

  it("faults are counted up to a limit", () => {
    const unknown = definitions(2 * faultLimit, (index) => ({ type: `X${index}` }));
    expect(judgeText(JSON.stringify(unknown)).diagnostics.length).toBe(faultLimit);
  });

  it("a default that each of many branches reads in vain ends", () => {
    const record = (name: string) => ({
      type: "record",
      name,
      fields: [{ name: "a", type: { type: "array", items: "int" } }],
    });
    const names = Array.from({ length: 500 }, (_, index) => `R${index}`);
    const bad = { a: [...Array.from({ length: 20_000 }, () => 1), "x"] };
    const user = { type: "record", name: "U", fields: [{ name: "f", type: names, default: bad }] };
    expect(parse({ "a.avsc": [...names.map(record), user] }).diagnostics.map(({ text }) => text)).toEqual([
      "the default of field f of U is refused: the defaults of these schemas take too long to check",
    ]);
  });

  it("a chain of defaults that reach through thousands of records ends", () => {
    const chain = definitions(5_000, (index) => ({
      type: "record",
      name: `R${index}`,
      fields: [{ name: "f", type: index === 4_999 ? "int" : `R${index + 1}`, default: index === 4_999 ? 1 : {} }],
    }));
    expect(parse({ "a.avsc": chain }).diagnostics.length).toBe(4_800);
  });

  it("an endless name is shown in its beginning only", () => {
    const [fault] = parse({ "a.avsc": { type: "fixed", name: "a".repeat(1_000_000), size: -1 } }).diagnostics;
    expect(fault?.text.length).toBeLessThan(200);
  });
});
