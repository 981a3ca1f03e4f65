import { describe, expect, it } from "vitest";
import { isAffinityError } from "../../../../runtime/core/errors.js";
import { readArray, readMap, writeArray, writeMap } from "../../../../runtime/schema/collections.js";
import { entityType, interpretedType } from "../../../../runtime/schema/entity-type.js";
import { toHex } from "../../../../runtime/schema/hex.js";
import { nullType, stringType } from "../../../../runtime/schema/primitive-types.js";
import { Reader } from "../../../../runtime/schema/reader.js";
import { checkTag, noBranch } from "../../../../runtime/schema/refusals.js";
import type { EntityType, TypeDefinition } from "../../../../runtime/schema/type.js";
import { Writer } from "../../../../runtime/schema/writer.js";

interface Order {
  readonly id: string;
  readonly lines: readonly number[];
  readonly notes: { readonly [key: string]: string };
  readonly buyer: { readonly "shop.Person": { readonly age: number } } | { readonly string: string } | null;
}

function definePerson(): TypeDefinition {
  return {
    name: "shop.Person",
    schema: { type: "record", name: "shop.Person", fields: [{ name: "age", type: "int" }] },
    uses: [],
  };
}

function defineOrder(): TypeDefinition {
  return {
    name: "shop.Order",
    schema: {
      type: "record",
      name: "shop.Order",
      fields: [
        { name: "id", type: "string" },
        { name: "lines", type: { type: "array", items: "int" } },
        { name: "notes", type: { type: "map", values: "string" } },
        { name: "buyer", type: ["null", "shop.Person", "string"] },
      ],
    },
    uses: [definePerson],
  };
}

/** Static code as the generator writes it. */
const Order: EntityType<Order> = entityType<Order>({
  define: defineOrder,
  write(out, value) {
    out.string(value.id);
    writeArray(out, value.lines, (writer, item) => writer.int(item));
    writeMap(out, value.notes, (writer, item) => writer.string(item));
    const { buyer } = value;
    if (buyer === null) {
      out.index(0);
      return;
    }
    checkTag(buyer);
    if ("string" in buyer) {
      out.index(2);
      out.string(buyer.string);
    } else if ("shop.Person" in buyer) {
      out.index(1);
      out.int(buyer["shop.Person"].age);
    } else noBranch(buyer);
  },
  read(input) {
    return {
      id: input.string(),
      lines: readArray(input, (reader) => reader.int()),
      notes: readMap(input, (reader) => reader.string()),
      buyer: readBuyer(input),
    };
  },
});

function readBuyer(input: Reader): Order["buyer"] {
  switch (input.index(3)) {
    case 0:
      return null;
    case 1:
      return { "shop.Person": { age: input.int() } };
    default:
      return { string: input.string() };
  }
}

const order: Order = { id: "o", lines: [1, 2], notes: { a: "x" }, buyer: { "shop.Person": { age: 7 } } };

/** What a call throws. */
function fault(run: () => unknown): {
  readonly code: string;
  readonly pointer: string | undefined;
  readonly detail: string;
} {
  try {
    run();
  } catch (error) {
    if (isAffinityError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A value that TypeScript would not let through. */
const wrong = (members: object): Order => ({ ...order, ...members });

describe("a type", () => {
  it("writes and reads by its static code, and by its definition in JSON", () => {
    expect(Order.name).toBe("shop.Order");
    expect(toHex(Order.encode(order))).toBe("026f040204000202610278" + "00" + "020e");
    expect(Order.decode(Order.encode(order))).toEqual(order);
    expect(Order.toJson(order)).toBe('{"id":"o","lines":[1,2],"notes":{"a":"x"},"buyer":{"shop.Person":{"age":7}}}');
    expect(Order.fromJson(Order.toJson(order))).toEqual(order);
    expect(Order.fromAvroJson(Order.toAvroJson(order))).toEqual(order);
  });

  it("names type, place, what was found and what was expected, for values", () => {
    expect(fault(() => Order.encode(wrong({ lines: [1, "2"] })))).toMatchObject({
      code: "VALUE_INVALID",
      pointer: "/lines/1",
      detail: 'shop.Order/lines/1: found the text "2"; expected int (a whole number of 32 bits)',
    });
    expect(fault(() => Order.encode(wrong({ notes: { "a/b~c": 5 } }))).pointer).toBe("/notes/a~1b~0c");
    expect(fault(() => Order.encode(wrong({ buyer: { "shop.Person": { age: 1.5 } } }))).pointer).toBe(
      "/buyer/shop.Person/age",
    );
    expect(fault(() => Order.encode(wrong({ buyer: { "shop.Person": { age: 1 }, string: "x" } }))).pointer).toBe(
      "/buyer",
    );
    expect(fault(() => Order.encode(wrong({ id: undefined }))).detail).toContain(
      "shop.Order/id: found nothing; expected a text",
    );
    expect(fault(() => Order.encode(null as unknown as Order))).toMatchObject({
      pointer: "",
      detail: expect.stringContaining("found null"),
    });
    expect(fault(() => Order.write(new Writer(), wrong({ id: 5 }))).pointer).toBe("/id");
    const long = "x".repeat(100_000);
    expect(fault(() => Order.encode(wrong({ lines: [long] }))).detail.length).toBeLessThan(200);
  });

  it("names type and place for bytes, cut off anywhere or with more behind them", () => {
    const bytes = Order.encode(order);
    for (let length = 0; length < bytes.length; length += 1) {
      const found = fault(() => Order.decode(bytes.subarray(0, length)));
      expect(found).toMatchObject({ code: "VALUE_INVALID", detail: expect.stringMatching(/^shop\.Order.*; expected/) });
    }
    expect(fault(() => Order.decode(bytes.subarray(0, 4))).pointer).toBe("/lines/1");
    expect(fault(() => Order.decode(bytes.subarray(0, 10))).pointer).toBe("/notes/a");
    expect(fault(() => Order.decode(bytes.subarray(0, 13))).pointer).toBe("/buyer/shop.Person/age");
    expect(fault(() => Order.decode(Buffer.concat([bytes, Buffer.of(0)])))).toMatchObject({
      pointer: "",
      detail: "shop.Order: found 1 bytes after the value; expected its end",
    });
    const frame = new Reader(Buffer.concat([Buffer.of(9, 9), bytes.subarray(0, 4)]), 2);
    expect(fault(() => Order.read(frame)).pointer).toBe("/lines/1");
    expect(fault(() => Order.decode("abc" as unknown as Uint8Array)).detail).toContain("Avro binary (a Uint8Array)");
  });

  it("turns whatever static code throws into VALUE_INVALID, its cause kept", () => {
    const cause = new Error("from a getter");
    const value = { ...order };
    Object.defineProperty(value, "id", {
      get: () => {
        throw cause;
      },
    });
    expect(fault(() => Order.encode(value))).toMatchObject({
      code: "VALUE_INVALID",
      detail: "shop.Order/id: from a getter",
    });
    const odd = entityType<null>({
      define: nullType.define,
      write: () => {
        throw cause;
      },
      read: () => null,
    });
    expect(fault(() => odd.encode(null))).toMatchObject({ detail: "null: from a getter", cause });
  });

  it("encodes within an encode, and after one that failed", () => {
    const value = wrong({
      get id() {
        return String(stringType.encode("inner").length);
      },
    });
    const expected = Order.encode({ ...order, id: "6" });
    const lazy = { ...order };
    Object.defineProperty(lazy, "id", { get: () => String(stringType.encode("inner").length) });
    expect(Order.encode(lazy)).toEqual(expected);
    expect(value.id).toBe("6");
    expect(() => Order.encode(wrong({ buyer: 5 }))).toThrow("VALUE_INVALID");
    expect(Order.encode(order)).toEqual(Order.encode(order));
  });

  it("compares by value: bytes, dates, maps whatever their order, NaN", () => {
    expect(Order.equals(order, { ...order, notes: { a: "x" } })).toBe(true);
    expect(Order.equals(order, { ...order, lines: [1, 3] })).toBe(false);
    const any = interpretedType(() => ({ name: "t", schema: "null", uses: [] }));
    expect(any.equals({ a: 1, b: Number.NaN }, { b: Number.NaN, a: 1 })).toBe(true);
    expect(any.equals(Uint8Array.of(1, 2), Buffer.of(1, 2))).toBe(true);
    expect(any.equals(Uint8Array.of(1, 2), [1, 2])).toBe(false);
    expect(any.equals(new Date(5), new Date(5))).toBe(true);
    expect(any.equals(new Date(5), new Date(6))).toBe(false);
    expect(any.equals({}, new Date(5))).toBe(false);
    expect(any.equals({ a: 1 }, { b: 1 })).toBe(false);
    expect(any.equals({ a: undefined }, { b: undefined })).toBe(false);
    expect(any.equals(1, 1n)).toBe(false);
    expect(any.equals({ constructor: Object }, {})).toBe(false);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const other: { self?: unknown } = {};
    other.self = other;
    expect(() => any.equals(circle, other)).toThrow("VALUE_INVALID");
  });

  it("looks at its definition only when it is asked, and once", () => {
    let calls = 0;
    const type = entityType<string>({
      define: () => {
        calls += 1;
        return { name: "string", schema: "string", uses: [] };
      },
      write: (out, value) => out.string(value),
      read: (input) => input.string(),
    });
    type.decode(type.encode("a"));
    expect(calls).toBe(0);
    expect([type.name, type.schema, type.fingerprint, type.toJson("x")]).toEqual([
      "string",
      "string",
      -8142146995180207161n,
      '"x"',
    ]);
    expect(calls).toBe(1);
  });
});
