/** A project with longs in every place that Avro has for one. */
import type { ProjectFiles } from "../../../test/support/project.js";
import { clientModule } from "./client.js";
import { largest, least } from "./numbers.js";

const logical = (logicalType: string): object => ({ type: "long", logicalType });

/** A long in every place but timestamp-millis, which a Date holds in part only. */
const everywhere = {
  type: "record",
  name: "longs.Everywhere",
  fields: [
    { name: "plain", type: "long" },
    { name: "list", type: { type: "array", items: "long" } },
    { name: "map", type: { type: "map", values: "long" } },
    { name: "maybe", type: ["null", "long"] },
    { name: "choice", type: ["null", "string", "long"] },
    {
      name: "inner",
      type: {
        type: "record",
        name: "Inner",
        fields: [
          { name: "number", type: "long" },
          { name: "deep", type: { type: "array", items: { type: "map", values: ["null", "long"] } } },
        ],
      },
    },
    { name: "more", type: { type: "array", items: ["long", "Inner"] } },
    { name: "timeMicros", type: logical("time-micros") },
    { name: "micros", type: logical("timestamp-micros") },
    { name: "nanos", type: logical("timestamp-nanos") },
    { name: "localMillis", type: logical("local-timestamp-millis") },
    { name: "localMicros", type: logical("local-timestamp-micros") },
    { name: "localNanos", type: logical("local-timestamp-nanos") },
    { name: "moments", type: { type: "array", items: ["null", logical("timestamp-micros")] } },
  ],
};

/** Digits that JSON.stringify has no way to write. */
const digits = (value: bigint): string => `@${value}@`;
/** JSON text in which those stand as numbers. */
function withDigits(schema: object): string {
  return JSON.stringify(schema, undefined, 2).replace(/"@(-?\d+)@"/g, "$1");
}

const defaults = {
  type: "record",
  name: "longs.Defaults",
  fields: [
    { name: "low", type: "long", default: digits(least) },
    { name: "high", type: "long", default: digits(largest) },
    { name: "under", type: "long", default: digits(-(2n ** 53n) - 1n) },
    { name: "maybe", type: ["long", "null"], default: digits(2n ** 53n + 1n) },
    { name: "choice", type: ["string", "null", "long"], default: digits(least + 1n) },
    { name: "list", type: { type: "array", items: "long" }, default: [digits(largest - 1n), 0, digits(least + 2n)] },
    {
      name: "map",
      type: { type: "map", values: "long" },
      default: { a: digits(-(2n ** 52n) - 2n), b: digits(largest) },
    },
    {
      name: "record",
      type: { type: "record", name: "Held", fields: [{ name: "number", type: "long", default: digits(largest) }] },
      default: { number: digits(least) },
    },
    { name: "again", type: "Held", default: {} },
    { name: "micros", type: logical("timestamp-micros"), default: digits(largest) },
    { name: "time", type: logical("time-micros"), default: digits(least) },
  ],
};

const record = (name: string, fields: { readonly [name: string]: unknown }): object => ({
  type: "record",
  name: `longs.${name}`,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});

/** The texts of the schemas that the judges read too. */
export const everywhereText: string = withDigits(everywhere);
export const defaultsText: string = withDigits(defaults);

/** Numbers that stand in the schemas as defaults. */
export const defaultDigits: readonly string[] = [...defaultsText.matchAll(/-?\d{10,}/g)].map(([found]) => found);

const configuration = {
  name: "longs",
  http: { port: 0 },
  registry: { type: "embedded", serve: true, compatibility: "NONE" },
  memstore: { type: "sqlite", cacheMb: 1 },
};

export const longFiles: ProjectFiles = {
  "affinity.json": configuration,
  // The same data, rebuilt from the changelog at each start.
  "rebuilt.json": { ...configuration, memstore: { type: "memory" } },
  "memory.json": {
    ...configuration,
    registry: { type: "memory", serve: true, compatibility: "NONE" },
    changelog: { type: "memory" },
    memstore: { type: "memory" },
  },
  "schemas/everywhere.avsc": everywhereText,
  "schemas/defaults.avsc": defaultsText,
  "schemas/pair.avsc": record("Pair", { group: "long", number: "long" }),
  "schemas/span.avsc": record("Span", { bounds: { type: "array", items: "long" } }),
  "schemas/moment.avsc": record("Moment", { at: logical("timestamp-millis") }),
  "schemas/question.avsc": record("Question", { number: "long", at: logical("timestamp-micros") }),
  "keyspaces/numbers.json": { keyspace: "numbers", key: "long", value: "long", partitions: 4 },
  "keyspaces/rows.json": {
    keyspace: "rows",
    key: "long",
    value: "longs.Everywhere",
    partitions: 4,
    messages: {
      keep: { access: "write", request: "longs.Everywhere", reply: "longs.Everywhere" },
      echo: { access: "read", request: "longs.Question", reply: "longs.Question", route: "GET /rows/{key}/echo" },
      whole: { access: "read", reply: "longs.Everywhere", route: "GET /rows/{key}/whole" },
    },
  },
  "keyspaces/pairs.json": { keyspace: "pairs", key: "longs.Pair", value: "long", partitions: 4 },
  "keyspaces/spans.json": { keyspace: "spans", key: "longs.Span", value: "long", partitions: 2 },
  "keyspaces/moments.json": { keyspace: "moments", key: logical("timestamp-micros"), value: "long", partitions: 2 },
  "keyspaces/defaults.json": { keyspace: "defaults", key: "long", value: "longs.Defaults", partitions: 2 },
  "src/client.ts": clientModule,
  "src/handlers/rows.ts": `import type { RowsHandler } from "../generated/index.js";

export const rows: RowsHandler = {
  async keep(context, key, request) {
    if (request.plain !== request.list[0]) context.reject("CHANGED");
    await context.stores.rows.put(key, request);
    return request;
  },
  async echo(_context, _key, request) {
    return request;
  },
  async whole(context, key) {
    return (await context.stores.rows.get(key)) ?? context.reject("ABSENT");
  },
};
`,
};
