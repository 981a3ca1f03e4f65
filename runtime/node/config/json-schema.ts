/** The JSON Schema of affinity.json, with which editors complete and check it; from the table of settings. */
import { z } from "zod";
import type { JsonValue } from "../../schema/type.js";
import { isAdapterSection } from "./adapters.js";
import type { Setting } from "./setting.js";
import { allSettings } from "./settings.js";

interface SchemaNode {
  readonly properties: Record<string, SchemaNode | JsonValue>;
  readonly type: "object";
  readonly additionalProperties: boolean;
}

/** schemas/config.schema.json as a JSON value. */
export function configJsonSchema(): object {
  const root = section("");
  for (const setting of allSettings) {
    const words = setting.path.split(".");
    const leaf = words.pop() ?? "";
    let node = root;
    for (const [index, word] of words.entries()) {
      const existing = node.properties[word];
      const next = isSection(existing) ? existing : section(words.slice(0, index + 1).join("."));
      node.properties[word] = next;
      node = next;
    }
    node.properties[leaf] = leafSchema(setting);
  }
  return {
    "x-generated-by": "affinity, from the table of settings",
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "affinity.json",
    ...root,
    properties: { $schema: { type: "string" }, ...root.properties },
  };
}

// A section with an adapter takes any member, since the user's own adapter may ask for any.
function section(path: string): SchemaNode {
  return { type: "object", additionalProperties: isAdapterSection(path), properties: {} };
}

function isSection(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && "properties" in value;
}

function leafSchema(setting: Setting): JsonValue {
  const { type, items, ...rest } = plainSchema(setting);
  const { readOnly: _, ...bounds } = rest;
  const described = { description: setting.text, default: setting.fallback };
  if (type === "array") return { ...described, type, ...bounds, items: withVariables(items ?? {}) };
  const value = withVariables({ ...(type === undefined ? {} : { type }), ...bounds });
  return { ...described, ...value };
}

function plainSchema(setting: Setting): { readonly [word: string]: JsonValue } {
  const { $schema: _, ...plain } = z.toJSONSchema(setting.schema, { io: "input" });
  const schema: JsonValue = JSON.parse(JSON.stringify(plain));
  return isObject(schema) ? schema : {};
}

/** Before environment variables are put in, text with one stands where anything else is wanted. */
function withVariables(schema: JsonValue): { readonly [word: string]: JsonValue } {
  const members = isObject(schema) ? schema : {};
  const isFree = members.type === "string" && !("pattern" in members) && !("enum" in members);
  return isFree ? members : { anyOf: [members, { type: "string", pattern: "\\$\\{" }] };
}

function isObject(value: JsonValue): value is { readonly [member: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
