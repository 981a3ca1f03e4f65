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

/** What the body of a value may be. */
const valueTypes = ["application/json", "avro/json", "avro/binary"];

/** A body that holds one value. Avro's own encodings have no JSON Schema. */
export function content(schema: JsonObject): JsonObject {
  return Object.fromEntries(valueTypes.map((type) => [type, type === "application/json" ? { schema } : {}]));
}

const text: JsonObject = { type: "string" };
const texts: JsonObject = { type: "array", items: text };

export const positionHeader: JsonObject = { "Affinity-Position": { $ref: "#/components/headers/Affinity-Position" } };
export const etagHeader: JsonObject = { ETag: { $ref: "#/components/headers/ETag" } };

const headers: JsonObject = {
  "Affinity-Position": { description: "Where the row's last change, or the write, stands in the log.", schema: text },
  ETag: { description: "The row's version, then the representation.", schema: text },
};

type ParameterName = "If-Match" | "If-None-Match" | "Idempotency-Key" | ListParameter;
type ListParameter = "prefix" | "from" | "to" | "order" | "limit" | "cursor" | "key";

/** Reference to a parameter among the document's components. */
export function parameter(name: ParameterName): JsonObject {
  return { $ref: `#/components/parameters/${name}` };
}

const listParameters = ["prefix", "from", "to", "order", "limit", "cursor", "key"] as const;

const parameters: { readonly [name in ParameterName]: JsonObject } = {
  "If-Match": header("If-Match", "Versions of which one must be the row's; `*`: the row must exist."),
  "If-None-Match": header("If-None-Match", "Versions of which none may be the row's; `*`: the row must not exist."),
  "Idempotency-Key": header("Idempotency-Key", "The same key gets the first answer again; a UUIDv7 is best."),
  prefix: query("prefix", "Of a string key its text; of a record key its leading fields, once a field.", texts),
  from: query("from", "First key, inclusive; once a field.", texts),
  to: query("to", "Last key, exclusive; once a field.", texts),
  order: query("order", "Order of keys.", { enum: ["asc", "desc"], default: "asc" }),
  limit: query("limit", "Rows of a page.", { type: "integer", minimum: 1, maximum: 1000, default: 100 }),
  cursor: query("cursor", "From the page before.", text),
  key: query("key", "One row instead of a list: the key, once a segment.", texts),
};

function header(name: string, description: string): JsonObject {
  return { name, in: "header", description, schema: text };
}

function query(name: string, description: string, schema: JsonObject): JsonObject {
  return { name, in: "query", description, schema };
}

const problemSchema: JsonObject = {
  title: "Problem details (RFC 9457)",
  type: "object",
  properties: {
    type: { type: "string", format: "uri-reference" },
    title: text,
    status: { type: "integer" },
    detail: text,
    code: { type: "string", description: "Stable name of the error." },
    pointer: { type: "string", description: "Where in the body, an RFC 6901 pointer." },
    retry: { enum: ["never", "later", "reroute", "if-idempotent"] },
    applied: { enum: ["no", "unknown"], description: "Of a failed write: whether it may have happened." },
  },
  required: ["title", "status", "code"],
};

/** Component of problem details; no Avro name has a hyphen. */
const problem = "affinity-problem";

/** A response that is an error, told apart by its status. */
export function problemOf(description: string): JsonObject {
  return { description, content: { "application/problem+json": { schema: refTo(problem) } } };
}

/** Reference to what any other error looks like. */
export const otherProblem: JsonObject = { $ref: `#/components/responses/${problem}` };

/** Components beside the types of the project. */
export function components(schemas: JsonObject): JsonObject {
  return {
    schemas: { [problem]: problemSchema, ...schemas },
    responses: { [problem]: problemOf("Any other error.") },
    parameters,
    headers,
  };
}

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
    parameters: listParameters.map(parameter),
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
