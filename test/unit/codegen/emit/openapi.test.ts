import SwaggerParser from "@apidevtools/swagger-parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../../../codegen/openapi.js";
import { modelOf } from "../service/support.js";

const schemas = [
  {
    type: "record",
    name: "All",
    namespace: "t",
    doc: "Everything.",
    fields: [
      { name: "id", type: { type: "string", logicalType: "uuid" } },
      { name: "count", type: "long", default: 9007199254740992 },
      { name: "note", type: ["null", "string"], default: null },
      { name: "self", type: ["null", "All"], default: null },
      { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
      { name: "when", type: { type: "long", logicalType: "timestamp-millis" } },
      { name: "either", type: ["int", { type: "fixed", name: "F", size: 4 }, "null"] },
      { name: "map", type: { type: "map", values: { type: "array", items: "double" } } },
      { name: "kind", type: { type: "enum", name: "Kind", symbols: ["A", "B"] }, default: "A" },
    ],
  },
  {
    type: "record",
    name: "Key",
    namespace: "t",
    fields: [
      { name: "ts", type: "long" },
      { name: "raw", type: "F" },
    ],
  },
  { type: "record", name: "Query", namespace: "t", fields: [{ name: "days", type: "int", default: 7 }] },
];

const definitions = {
  "all.json": {
    keyspace: "all",
    doc: "All of it.",
    key: "t.Key",
    value: "t.All",
    messages: {
      peek: { access: "read", request: "t.Query", reply: "t.All", route: "GET /all/{key}/peek", errors: ["GONE"] },
      touch: { access: "write", request: ["null", "t.Query"] },
      hidden: { access: "write", route: null },
    },
  },
  "plain.json": { keyspace: "plain", key: "bytes", value: "string", http: { expose: ["get"] } },
  "odd.json": { keyspace: "odd", key: { type: "array", items: "int" }, value: "long" },
};

const document = openApiDocument(modelOf(definitions, schemas));

function at(...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    document,
  );
}

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const copy = JSON.parse(JSON.stringify(document));
    await expect(SwaggerParser.validate(copy)).resolves.toMatchObject({ openapi: "3.1.0" });
  });

  it("has a path for rows, lists and messages, with a segment for each field of a record key", () => {
    expect(Object.keys(at("paths") as object)).toEqual([
      "/all/{ts}/{raw}",
      "/all",
      "/all/{ts}/{raw}/peek",
      "/all/{ts}/{raw}/touch",
      "/odd/{key}",
      "/odd",
      "/plain/{key}",
    ]);
    expect(at("paths", "/plain/{key}")).toMatchObject({
      get: {
        operationId: "plain.get",
        parameters: [{ name: "key", schema: { contentEncoding: "base64url" } }, {}, {}],
      },
    });
    expect(Object.keys(at("paths", "/plain/{key}") as object)).toEqual(["get"]);
  });

  it("takes a GET's request from the query", () => {
    expect(at("paths", "/all/{ts}/{raw}/peek", "get")).toMatchObject({
      parameters: [
        { name: "ts" },
        { name: "raw" },
        { name: "days", in: "query", required: false, schema: { default: 7 } },
      ],
      responses: { 422: { description: "Rejected: GONE." } },
    });
  });

  it("describes plain JSON: its schemas take it and refuse the rest", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(JSON.parse(JSON.stringify({ $id: "doc", ...document })));
    const validate = ajv.getSchema("doc#/components/schemas/t.All");
    const value = {
      id: "00000000-0000-0000-0000-000000000000",
      price: "-12.50",
      when: "2026-01-02T03:04:05.678Z",
      either: { "t.F": "AAECAw==" },
      map: { a: [1.5] },
    };
    expect(validate?.(value)).toBe(true);
    expect(validate?.({ ...value, self: value, kind: "B", note: "x", either: null })).toBe(true);
    expect(validate?.({ ...value, either: { int: 1, "t.F": "AAECAw==" } })).toBe(false);
    expect(validate?.({ ...value, price: "12.5" })).toBe(false);
    expect(validate?.({ ...value, extra: 1 })).toBe(false);
    expect(validate?.({ ...value, id: undefined })).toBe(false);
  });

  it("leaves out defaults that JSON cannot hold exactly", () => {
    expect(at("components", "schemas", "t.All", "properties", "count")).toEqual({ type: "integer", format: "int64" });
  });
});
