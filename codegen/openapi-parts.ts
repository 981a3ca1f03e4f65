/** Parts of the HTTP interface that are the same for every keyspace. */
import { type JsonObject, refTo } from "./openapi-schema.js";
import type { KeyspaceModel } from "./service/model.js";

/** What an operation says beside its path. */
export interface Operation {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: JsonObject;
}

/** Component of problem details; no Avro name has a hyphen. */
export const problem = "affinity-problem";

/** What the body of a value may be. */
const valueTypes = ["application/json", "avro/json", "avro/binary"];

/** A body that holds one value. Avro's own encodings have no JSON Schema. */
export function content(schema: JsonObject): JsonObject {
  return Object.fromEntries(valueTypes.map((type) => [type, type === "application/json" ? { schema } : {}]));
}

export const textHeader: JsonObject = { schema: { type: "string" } };
export const positionHeader: JsonObject = { "Affinity-Position": textHeader };

export function header(name: string, description: string): JsonObject {
  return { name, in: "header", description, schema: { type: "string" } };
}

export const conditionHeaders: readonly JsonObject[] = [
  header("If-Match", "Versions of which one must be the row's; `*`: the row must exist."),
  header("If-None-Match", "Versions of which none may be the row's; `*`: the row must not exist."),
];

export const idempotencyHeader = header(
  "Idempotency-Key",
  "The same key gets the first answer again; a UUIDv7 is best.",
);

export const problemSchema: JsonObject = {
  title: "Problem details (RFC 9457)",
  type: "object",
  properties: {
    type: { type: "string", format: "uri-reference" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", description: "Stable name of the error." },
    pointer: { type: "string", description: "Where in the body, an RFC 6901 pointer." },
    retry: { enum: ["never", "later", "reroute", "if-idempotent"] },
    applied: { enum: ["no", "unknown"], description: "Of a failed write: whether it may have happened." },
  },
  required: ["title", "status", "code"],
};

export function problemOf(description: string): JsonObject {
  return { description, content: { "application/problem+json": { schema: refTo(problem) } } };
}

function query(name: string, description: string, schema: JsonObject): JsonObject {
  return { name, in: "query", description, schema };
}

const text: JsonObject = { type: "string" };
const texts: JsonObject = { type: "array", items: text };

interface Row {
  readonly key: JsonObject;
  readonly value: JsonObject;
}

/** Rows in key order. */
export function list(keyspace: KeyspaceModel, { key, value }: Row): Operation {
  const item = {
    type: "object",
    properties: { key, value, position: text },
    required: ["key", "value", "position"],
  };
  const page = {
    type: "object",
    properties: { items: { type: "array", items: item }, cursor: text },
    required: ["items"],
  };
  return {
    summary: `Lists rows of ${keyspace.name}`,
    parameters: [
      query("prefix", "Of a string key its text; of a record key its leading fields, once a field.", texts),
      query("from", "First key, inclusive; once a field.", texts),
      query("to", "Last key, exclusive; once a field.", texts),
      query("order", "Order of keys.", { enum: ["asc", "desc"], default: "asc" }),
      query("limit", "Rows of a page.", { type: "integer", minimum: 1, maximum: 1000, default: 100 }),
      query("cursor", "From the page before.", text),
      query("key", "One row instead of a list: the key, once a segment.", texts),
    ],
    responses: {
      200: {
        description: "A page; as NDJSON all rows, one a line, and a closing line.",
        content: { "application/json": { schema: page }, "application/x-ndjson": {} },
      },
    },
  };
}

/** Many rows in one request; each stands alone. */
export function bulk(keyspace: KeyspaceModel, { key, value }: Row): Operation {
  return {
    summary: `Puts many rows of ${keyspace.name}`,
    description: "A line each; `value: null` deletes. Rows that fail are listed, the others are written.",
    requestBody: {
      required: true,
      content: {
        "application/x-ndjson": {
          schema: {
            type: "object",
            properties: { key, value: { anyOf: [value, { type: "null" }] } },
            required: ["key", "value"],
          },
        },
      },
    },
    responses: {
      200: { description: "A line for each failed row, and a closing line.", content: { "application/x-ndjson": {} } },
    },
  };
}
