import { transformSync } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleaned, docComment, paragraphs } from "../../../../codegen/emit/doc.js";
import { ImportSet } from "../../../../codegen/emit/imports.js";
import { literal, memberOf, stringLiteral } from "../../../../codegen/emit/literal.js";
import { relativeModule } from "../../../../codegen/emit/modules.js";
import { compile, printProject } from "../../../../codegen/generate.js";
import { unionMembers } from "../../../../codegen/print.js";
import type { JsonValue } from "../../../../runtime/schema/type.js";

const places = {
  root: "/",
  schemas: [],
  definitions: [],
  output: "generated",
  handlers: "handlers",
  importEnding: ".js",
} as const;

/** What the engine makes of an expression. */
function evaluated(expression: string): unknown {
  return new Function(`"use strict"; return (${expression});`)();
}

describe("literals", () => {
  it("mean the same JSON value, whatever is in it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(evaluated(literal(value as JsonValue))).toEqual(value);
      }),
    );
  });

  it("keep members called __proto__, the sign of zero, infinities and large integers", () => {
    expect(Object.entries(evaluated(literal(JSON.parse('{"__proto__":1,"b":-0.0}'))) as object)).toEqual([
      ["__proto__", 1],
      ["b", -0],
    ]);
    expect(evaluated(literal([2n ** 63n - 1n, -(2n ** 63n)]))).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
    expect(evaluated(literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]))).toEqual([Infinity, -Infinity]);
  });

  it("stay on one line of a file, whatever the text", () => {
    const text = "a\n\r\u2028\u2029\ufeff\ud800\u0000\u0085*/</script>";
    expect(stringLiteral(text)).toMatch(/^[\x20-\x7e]*$/);
    expect(evaluated(stringLiteral(text))).toBe(text);
  });

  it("are broken into lines where they are long", () => {
    const value = { name: "a".repeat(60), items: ["b".repeat(60)] };
    expect(literal(value)).toBe(`{\n  name: "${"a".repeat(60)}",\n  items: ["${"b".repeat(60)}"],\n}`);
  });
});

describe("members", () => {
  it("are named with a dot where that means the same", () => {
    expect([memberOf("v", "id"), memberOf("v", "bank.A"), memberOf("v", "__proto__"), memberOf("v", "class")]).toEqual([
      "v.id",
      'v["bank.A"]',
      'v["__proto__"]',
      "v.class",
    ]);
  });
});

describe("doc comments", () => {
  it("have the author's words first, as a sentence", () => {
    expect(docComment("Account number", "Avro: string.")).toBe("Account number. Avro: string.");
    expect(docComment(undefined, "Avro: string.")).toBe("Avro: string.");
    expect(docComment("Two\nlines.", "Avro: string.")).toBe("\nTwo\nlines.\n\nAvro: string.");
  });

  it("cannot be ended from within", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("*", "/", "\r", "\n", "a", "\\", "\u2028", "\ud800") }), (text) => {
        expect(cleaned(text)).not.toMatch(/\*\/|[\r\u2028\ud800]/);
        for (const comment of [docComment(text, text), docComment(undefined, text), paragraphs(text, text)]) {
          expect(comment).not.toMatch(/\*\/|[\r\u2028\ud800]/);
        }
      }),
    );
  });

  it("P17: cannot be ended by a default that they repeat", async () => {
    const text = '{"type":"record","name":"A","fields":[{"name":"x","type":"string","default":"*/ alert() /*"}]}';
    const inputs = { schemas: [{ file: "a.avsc", bytes: Buffer.from(text) }], definitions: [], diagnostics: [] };
    const options = { projectName: "p", longs: "bigint", timestamps: "date" } as const;
    const { model } = compile(inputs, options);
    const printed = model && printProject(model, inputs, { ...places, ...options });
    const { code } = transformSync(printed?.files.get("entities/A.ts") ?? "", { loader: "ts", minifyWhitespace: true });
    expect(code.replaceAll('"*/ alert() /*"', "")).not.toContain("alert");
  });
});

describe("imports", () => {
  it("are one line a module, packages first, types marked", () => {
    const imports = new ImportSet(["Account"]);
    expect(imports.value("readB", "./b.js")).toBe("readB");
    expect(imports.type("B", "./b.js")).toBe("B");
    expect(imports.type("Writer", "affinity-data/schema")).toBe("Writer");
    expect(imports.lines()).toEqual([
      { module: "affinity-data/schema", isTypeOnly: true, names: ["Writer"] },
      { module: "./b.js", isTypeOnly: false, names: ["type B", "readB"] },
    ]);
  });

  it("get another name where the file or another import has it, and the same name each time", () => {
    const imports = new ImportSet(["Account"]);
    expect(imports.type("Account", "./a.js")).toBe("Account$1");
    expect(imports.type("Account", "./b.js")).toBe("Account$2");
    expect(imports.value("Account", "./a.js")).toBe("Account$1");
    expect(imports.lines().map(({ names }) => names)).toEqual([["Account as Account$1"], ["Account as Account$2"]]);
  });

  it("name modules as the importing file sees them", () => {
    expect(relativeModule("entities/bank/Account", "entities/bank/Status", ".js")).toBe("./Status.js");
    expect(relativeModule("entities/bank/Account", "entities/shop/Status", "")).toBe("../shop/Status");
    expect(relativeModule("index", "entities/Plain", ".ts")).toBe("./entities/Plain.ts");
    expect(relativeModule("keyspaces/a", "entities/bank/Account", ".js")).toBe("../entities/bank/Account.js");
  });
});

describe("long unions", () => {
  it("are broken between their members only", () => {
    expect(unionMembers('{ readonly "a | b": X<A | B> } | readonly (C | null)[] | null')).toEqual([
      '{ readonly "a | b": X<A | B> }',
      "readonly (C | null)[]",
      "null",
    ]);
  });
});
