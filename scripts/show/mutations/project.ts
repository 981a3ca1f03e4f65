/** The project that mutants are sent to: every type of Avro, several kinds of keys, messages. */
import type { ProjectFiles } from "../../../test/support/project.js";

const leaf = {
  type: "record",
  name: "Leaf",
  namespace: "mutants",
  fields: [
    { name: "name", type: "string" },
    { name: "weight", type: "long", default: 1 },
  ],
};

/** One of everything. */
export const sampleSchema = {
  type: "record",
  name: "Sample",
  namespace: "mutants",
  doc: "One of everything.",
  fields: [
    { name: "id", type: "string" },
    { name: "count", type: "int" },
    { name: "total", type: "long" },
    { name: "ratio", type: "float" },
    { name: "exact", type: "double" },
    { name: "flag", type: "boolean" },
    { name: "raw", type: "bytes" },
    { name: "mark", type: { type: "fixed", name: "Mark", size: 4 } },
    { name: "kind", type: { type: "enum", name: "Kind", symbols: ["A", "B", "C"] }, default: "A" },
    { name: "nickname", type: ["null", "string"], default: null },
    { name: "choice", type: ["null", "int", "string", leaf] },
    { name: "items", type: { type: "array", items: "long" } },
    { name: "limits", type: { type: "map", values: "double" } },
    { name: "leaf", type: "Leaf" },
    { name: "next", type: ["null", "Sample"], default: null },
    { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 10, scale: 2 } },
    { name: "uid", type: { type: "string", logicalType: "uuid" } },
    { name: "day", type: { type: "int", logicalType: "date" } },
    { name: "clock", type: { type: "int", logicalType: "time-millis" } },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "micros", type: { type: "long", logicalType: "timestamp-micros" } },
    { name: "local", type: { type: "long", logicalType: "local-timestamp-millis" } },
    { name: "span", type: { type: "fixed", name: "Span", size: 12, logicalType: "duration" } },
    { name: "size", type: "int", default: 7 },
    {
      name: "many",
      type: { type: "array", items: ["null", "long", "double", { type: "map", values: "bytes" }, "Leaf"] },
    },
    { name: "fine", type: { type: "long", logicalType: "time-micros" } },
    { name: "nanos", type: { type: "long", logicalType: "timestamp-nanos" } },
    { name: "here", type: ["null", { type: "long", logicalType: "local-timestamp-micros" }] },
    {
      name: "amount",
      type: { type: "fixed", name: "Amount", size: 6, logicalType: "decimal", precision: 12, scale: 4 },
    },
    { name: "pin", type: [{ type: "fixed", name: "Pin", size: 16, logicalType: "uuid" }, "string", "boolean"] },
    { name: "nested", type: { type: "map", values: { type: "array", items: "Kind" } }, default: { a: ["B", "C"] } },
  ],
};

const placeSchema = {
  type: "record",
  name: "Place",
  namespace: "mutants",
  fields: [
    { name: "region", type: "string" },
    { name: "number", type: "long" },
  ],
};

export const definitions = {
  "keyspaces/samples.json": {
    keyspace: "samples",
    doc: "Samples by name.",
    key: "string",
    value: "mutants.Sample",
    partitions: 4,
    messages: {
      rate: {
        access: "write",
        request: "mutants.Leaf",
        reply: "long",
        errors: ["TOO_HEAVY"],
        route: "POST /samples/{key}/rate",
      },
      weigh: { access: "read", reply: "long", route: "GET /samples/{key}/weigh" },
    },
    http: { path: "/samples", expose: ["get", "put", "delete", "list"] },
  },
  "keyspaces/places.json": { keyspace: "places", key: "mutants.Place", value: "mutants.Leaf", partitions: 2 },
  "keyspaces/numbers.json": { keyspace: "numbers", key: "long", value: "string", partitions: 2 },
};

export const schemas = { "schemas/sample.avsc": sampleSchema, "schemas/place.avsc": placeSchema };

export const mutantFiles: ProjectFiles = {
  "affinity.json": { name: "mutants", http: { port: 0, requestTimeoutMs: 1000, maxBodyBytes: 65_536 } },
  ...schemas,
  ...definitions,
  "src/handlers/samples.ts": `import type { SamplesHandler } from "../generated/index.js";

export const samples: SamplesHandler = {
  async rate(context, key, request) {
    if (request.weight !== undefined && request.weight > 1000n) context.reject("TOO_HEAVY", { detail: "at most 1000" });
    const row = await context.stores.samples.get(key);
    return (row?.total ?? 0n) + (request.weight ?? 1n);
  },
  async weigh(context, key) {
    return (await context.stores.samples.get(key))?.total ?? 0n;
  },
};
`,
};
