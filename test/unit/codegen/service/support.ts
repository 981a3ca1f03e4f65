/** Projects written in a test, and what the generator says of them. */
import type { SourceFile } from "../../../../codegen/diagnostics.js";
import { compile } from "../../../../codegen/generate.js";
import type { ServiceModel } from "../../../../codegen/service/model.js";

const style = { projectName: "bank", longs: "bigint", timestamps: "date" } as const;

/** Schemas that most definitions here use. */
export const bankSchemas = [
  {
    type: "record",
    name: "Account",
    namespace: "bank",
    fields: [
      { name: "id", type: "string" },
      { name: "balance", type: "long", default: 0 },
    ],
  },
  { type: "record", name: "Deposit", namespace: "bank", fields: [{ name: "amount", type: "long" }] },
  { type: "record", name: "Nothing", namespace: "bank", fields: [] },
  {
    type: "record",
    name: "Tagged",
    namespace: "bank",
    fields: [{ name: "tags", type: { type: "map", values: "int" } }],
  },
  { type: "record", name: "Ignoring", namespace: "bank", fields: [{ name: "id", type: "string", order: "ignore" }] },
  {
    type: "record",
    name: "Pair",
    namespace: "bank",
    fields: [
      { name: "a", type: "string" },
      { name: "b", type: "int" },
    ],
  },
  { type: "record", name: "Nested", namespace: "bank", fields: [{ name: "inner", type: "Deposit" }] },
];

function sourceOf(file: string, value: unknown): SourceFile {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return { file, bytes: new TextEncoder().encode(text) };
}

function compiled(definitions: { readonly [file: string]: unknown }, schemas: unknown): ReturnType<typeof compile> {
  return compile(
    {
      schemas: [sourceOf("schemas/bank.avsc", schemas)],
      definitions: Object.entries(definitions).map(([file, value]) => sourceOf(file, value)),
      diagnostics: [],
    },
    style,
  );
}

/** The model of legal definitions. */
export function modelOf(
  definitions: { readonly [file: string]: unknown },
  schemas: unknown = bankSchemas,
): ServiceModel {
  const { model, diagnostics } = compiled(definitions, schemas);
  if (model === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  return model;
}

/** One line a diagnostic: `file:line:column CODE text → suggestion`. */
export function faultsOf(definitions: { readonly [file: string]: unknown }, schemas: unknown = bankSchemas): string[] {
  return compiled(definitions, schemas).diagnostics.map(({ at, code, text, suggestion }) => {
    const cure = suggestion === undefined ? "" : ` → ${suggestion}`;
    return `${at.file}:${at.line}:${at.column} ${code} ${text}${cure}`;
  });
}

/** Faults of one keyspace `accounts` of bank.Account with these members changed; undefined removes one. */
export function faultsWith(members: { readonly [name: string]: unknown }): string[] {
  const text = JSON.stringify({ keyspace: "accounts", key: "string", value: "bank.Account", ...members });
  return faultsOf({ "k.json": text }).map((line) => line.replace(/^k\.json:1:\d+ /, ""));
}
