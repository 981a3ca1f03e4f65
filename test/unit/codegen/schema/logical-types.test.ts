import { describe, expect, it } from "vitest";
import { maxPrecision } from "../../../../codegen/schema/logical.js";
import { root, types } from "./inline-files.js";

const logical = (schema: object) => {
  const found = root(schema);
  return found?.kind === "primitive" ? found.logical : undefined;
};

const ofFixed = (size: number, more: object) => {
  const [type] = types({ type: "fixed", name: "F", size, ...more });
  return type?.kind === "fixed" ? type.logical : undefined;
};

describe("logical types", () => {
  it.each([
    ["string", "uuid"],
    ["int", "date"],
    ["int", "time-millis"],
    ["long", "time-micros"],
    ["long", "timestamp-millis"],
    ["long", "timestamp-micros"],
    ["long", "timestamp-nanos"],
    ["long", "local-timestamp-millis"],
    ["long", "local-timestamp-micros"],
    ["long", "local-timestamp-nanos"],
  ])("on %s: %s", (type, logicalType) => {
    expect(logical({ type, logicalType })).toEqual({ name: logicalType });
    expect(root({ type, logicalType, note: 1 })?.attributes).toEqual({ note: 1 });
  });

  it.each([
    ["int", "timestamp-millis"],
    ["long", "date"],
    ["bytes", "uuid"],
    ["string", "date"],
    ["long", "decimal"],
    ["string", "big-decimal"],
    ["bytes", "big-decimal"],
    ["int", "Date"],
    ["int", "my-own"],
    ["bytes", "duration"],
  ])("on %s, %s is its base type, and stays an attribute", (type, logicalType) => {
    expect(logical({ type, logicalType, precision: 4 })).toBeUndefined();
    expect(root({ type, logicalType, precision: 4 })?.attributes).toEqual({ logicalType, precision: 4 });
  });

  it("must be a text", () => {
    expect(logical({ type: "int", logicalType: ["date"] })).toBeUndefined();
  });

  it("of fixed: duration of 12 bytes, uuid of 16", () => {
    expect(ofFixed(12, { logicalType: "duration" })).toEqual({ name: "duration" });
    expect(ofFixed(13, { logicalType: "duration" })).toBeUndefined();
    expect(ofFixed(16, { logicalType: "uuid" })).toEqual({ name: "uuid" });
    expect(ofFixed(15, { logicalType: "uuid" })).toBeUndefined();
  });

  it("stand on types; on a field they are an attribute of the field", () => {
    const [type] = types({ type: "record", name: "R", fields: [{ name: "f", type: "int", logicalType: "date" }] });
    expect(type).toMatchObject({ fields: [{ type: { kind: "primitive" }, attributes: { logicalType: "date" } }] });
    expect(type?.kind === "record" && type.fields[0]?.type).not.toHaveProperty("logical");
  });
});

describe("decimals", () => {
  const decimal = (more: string) => {
    const found = root(`{"type": "bytes", "logicalType": "decimal", ${more}}`);
    return found?.kind === "primitive" ? found.logical : undefined;
  };

  it("have a precision and a scale, which is 0 if absent or null", () => {
    expect(decimal('"precision": 9, "scale": 2')).toEqual({ name: "decimal", precision: 9, scale: 2 });
    expect(decimal('"precision": 9')).toEqual({ name: "decimal", precision: 9, scale: 0 });
    expect(decimal('"precision": 9, "scale": null')).toEqual({ name: "decimal", precision: 9, scale: 0 });
    expect(decimal('"precision": 4, "scale": 4')).toMatchObject({ scale: 4 });
  });

  it.each([
    '"scale": 2',
    '"precision": 0',
    '"precision": -7',
    '"precision": 4.0',
    '"precision": "4"',
    '"precision": null',
    '"precision": 4294967297',
    '"precision": 4, "scale": 5',
    '"precision": 4, "scale": -1',
    '"precision": 4, "scale": "2"',
  ])("with %s are bytes, and keep their attributes", (more) => {
    expect(decimal(more)).toBeUndefined();
    const attributes = root(`{"type": "bytes", "logicalType": "decimal", ${more}}`)?.attributes;
    expect(attributes).toMatchObject({ logicalType: "decimal", ...JSON.parse(`{${more}}`) });
  });

  it.each([
    [0, 0],
    [1, 2],
    [2, 4],
    [4, 9],
    [8, 18],
    [12, 28],
    [16, 38],
  ])("on a fixed of %i bytes have at most %i digits", (size, precision) => {
    expect(maxPrecision(size)).toBe(precision);
    expect(ofFixed(size, { logicalType: "decimal", precision: precision + 1 })).toBeUndefined();
    if (precision > 0) expect(ofFixed(size, { logicalType: "decimal", precision })).toMatchObject({ precision });
  });
});
