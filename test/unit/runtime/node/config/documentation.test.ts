import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { configurationDocument } from "../../../../../runtime/node/config/documentation.js";
import { configJsonSchema } from "../../../../../runtime/node/config/json-schema.js";
import { allSettings } from "../../../../../runtime/node/config/settings.js";

const path = (file: string): string => fileURLToPath(new URL(`../../../../../${file}`, import.meta.url));

/** The file's text, after UPDATE_GOLDEN=1 has rewritten it. */
function committed(file: string, expected: string): string {
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path(file), expected);
  return readFileSync(path(file), "utf8");
}

describe("what derives from the table of settings", () => {
  it("docs/configuration.md is what `affinity config --doc` prints", () => {
    expect(committed("docs/configuration.md", configurationDocument())).toBe(configurationDocument());
  });

  it("every setting stands in it with its default", () => {
    for (const setting of allSettings) expect(configurationDocument()).toContain(`**\`${setting.path}\`**`);
  });

  it("schemas/config.schema.json is what the table gives", () => {
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
    // By value: the formatter has its own idea of line breaks.
    expect(JSON.parse(committed("schemas/config.schema.json", text))).toEqual(configJsonSchema());
  });

  it("the JSON Schema accepts what we accept, and names what we refuse", () => {
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(configJsonSchema());
    const accepted = {
      $schema: "x",
      name: "bank",
      http: { port: "$" + "{PORT:-8080}" },
      registry: { type: "./r.js", a: 1 },
    };
    expect(validate({})).toBe(true);
    expect(validate(accepted)).toBe(true);
    for (const refused of [
      { http: { prot: 1 } },
      { http: { port: 70_000 } },
      { nonsense: 1 },
      { generate: { longs: "int" } },
    ])
      expect(validate(refused)).toBe(false);
  });
});
