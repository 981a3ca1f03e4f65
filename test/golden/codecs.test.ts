import { describe, expect, it } from "vitest";
import { Account, AccountStatus } from "./account/expected/generated/index.js";
import { All } from "./logical-types/expected/generated/index.js";
import { GraphCompactRequest, GraphComponentsValue } from "./messages/expected/generated/index.js";
import { Date as DateEntity, toString as ToString } from "./names/expected/generated/index.js";
import { All as AllNumbers } from "./options/expected/generated/index.js";
import { Endless, Person, Tree } from "./recursion/expected/generated/index.js";
import { Never, Unions } from "./unions/expected/generated/index.js";

/** A value whose type the compiler would not let pass. */
function untyped(json: unknown): never {
  return json as never;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("a generated codec", () => {
  const account = { id: "a-1", balance: -1n, tags: ["x"], limits: { day: 2 } };

  it("writes defaults for fields that are left out, undefined or given alike", () => {
    const whole = { ...account, status: "OPEN", nickname: null } as const;
    expect(hex(Account.encode(account))).toBe("06612d310100000202780002066461790400");
    expect(Account.encode({ ...account, status: undefined, nickname: undefined })).toEqual(Account.encode(whole));
    expect(Account.decode(Account.encode(account))).toEqual(whole);
  });

  it("tells where a value does not fit", () => {
    expect(() => Account.encode({ ...account, limits: { day: 2 ** 31 } })).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID", pointer: "/limits/day" }),
    );
    expect(() => AccountStatus.encode(untyped("LOST"))).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
    expect(() => Account.decode(Account.encode(account).subarray(1))).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID" }),
    );
  });

  it("knows its whole schema, with the types that it refers to", () => {
    expect(Account.name).toBe("bank.Account");
    expect(JSON.stringify(Account.schema)).toContain('"symbols":["OPEN","FROZEN","CLOSED"]');
  });

  it("of an unnamed type is one like any other", () => {
    expect(GraphComponentsValue.decode(GraphComponentsValue.encode([{ owner: "o" }]))).toEqual([
      { owner: "o", weight: 1 },
    ]);
    expect(GraphCompactRequest.decode(GraphCompactRequest.encode(new Date(5)))).toEqual(new Date(5));
  });
});

describe("unions", () => {
  const value = {
    first: null,
    last: "x",
    one: 1,
    nothing: null,
    two: { int: 1 },
    many: null,
    list: [],
  };

  it("without a branch take and give nothing", () => {
    expect(() => Never.encode({ never: untyped(undefined) })).toThrow(expect.objectContaining({ pointer: "/never" }));
    expect(() => Never.decode(new Uint8Array(1))).toThrow(expect.objectContaining({ pointer: "/never" }));
  });

  it.each([
    ["no tag", {}],
    ["two tags", { int: 1, string: "x" }],
    ["a tag and an undefined one", { int: 1, string: undefined }],
    ["an unknown tag", { long: 1n }],
    ["a bare value", 1],
    ["an array", [1]],
    ["null where it is no branch", null],
  ])("refuse %s", (_, two) => {
    expect(() => Unions.encode({ ...value, two: untyped(two) })).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID", pointer: expect.stringMatching(/^\/two/) }),
    );
  });
});

describe("names of objects' own members", () => {
  const inner = { constructor: 1, valueOf: null, hasOwnProperty: null, ["__proto__"]: 5n };

  it("are fields like any other", () => {
    const value = { constructor: 7, hasOwnProperty: inner, valueOf: { toString: inner }, ["__proto__"]: -1n };
    const read = ToString.decode(ToString.encode(value));
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "hasOwnProperty", "valueOf"]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.entries(read)[0]).toEqual(["__proto__", -1n]);
    expect(read.valueOf).toEqual({ toString: inner });
    expect(ToString.equals(ToString.fromJson(ToString.toJson(value)), read)).toBe(true);
  });

  it("that are not a value's own are missing: the default, or a fault", () => {
    const read = ToString.decode(ToString.encode(untyped({ constructor: 1, valueOf: null })));
    expect(Object.entries(read)).toEqual([
      ["__proto__", 9223372036854775807n],
      ["constructor", 1],
      ["hasOwnProperty", null],
      ["valueOf", null],
    ]);
    expect(() => ToString.encode(untyped({ valueOf: null }))).toThrow(
      expect.objectContaining({ pointer: "/constructor" }),
    );
    expect(() => ToString.encode(untyped({ constructor: 1 }))).toThrow(
      expect.objectContaining({ pointer: "/valueOf" }),
    );
    expect(() => ToString.encode(untyped({ ...inner, valueOf: {} }))).toThrow(
      expect.objectContaining({ pointer: expect.stringMatching(/^\/valueOf/) }),
    );
  });

  it("and of globals stay what they are elsewhere", () => {
    const value = { default: "d", of: { map: { a: new Uint8Array(0) } } };
    expect(DateEntity.decode(DateEntity.encode(value))).toEqual({
      ...value,
      at: new Date(-1),
      bytes: new Uint8Array([255, 0]),
    });
  });
});

describe("recursive types", () => {
  it("go as deep as the limit and no deeper, written and read alike", () => {
    const nested = (depth: number): { label: string; children: ReturnType<typeof nested>[] } =>
      depth === 0 ? { label: "", children: [] } : { label: "", children: [nested(depth - 1)] };
    expect(Tree.decode(Tree.encode(nested(900)))).toBeDefined();
    expect(() => Tree.encode(nested(1_000))).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
    expect(() =>
      Tree.decode(new Uint8Array(20_000).fill(2).map((byte, index) => (index % 2 === 0 ? 0 : byte))),
    ).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
  });

  it("without a finite value are refused whatever they are given", () => {
    const endless: { itself: unknown } = { itself: undefined };
    endless.itself = endless;
    expect(() => Endless.encode(untyped(endless))).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
    expect(() => Endless.decode(new Uint8Array())).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
  });

  it("may go in circles over several files", () => {
    const person = { trees: { oak: { label: "oak" } }, endless: null, leaf: {} };
    const tree = { label: "root", children: [{ label: "child", owner: person }], owner: person };
    expect(Person.decode(Person.encode(person)).trees.oak).toEqual({ label: "oak", children: [], owner: null });
    expect(Tree.equals(Tree.decode(Tree.encode(tree)), Tree.fromJson(Tree.toJson(tree)))).toBe(true);
    expect(() => Person.encode({ ...person, leaf: untyped(5) })).toThrow(expect.objectContaining({ pointer: "/leaf" }));
  });
});

describe("logical types", () => {
  const value = {
    price: "-12.50",
    rate: "1.0000",
    id: "00000000-0000-0000-0000-00000000000a",
    raw: "00000000-0000-0000-0000-00000000000b",
    day: "2026-02-28",
    wake: 1,
    sleep: 2n,
    opened: new Date(3),
    seen: 4n,
    ticked: 5n,
    local: 6n,
    every: { months: 1, days: 2, millis: 3 },
    count: 7n,
    unknown: "x",
    days: ["1969-12-31"],
  };

  it("are what TypeScript says they are", () => {
    expect(All.decode(All.encode(value))).toEqual(value);
  });

  it("and longs are numbers where the project asks for it", () => {
    const numbers = { ...value, opened: 3n, count: 7 };
    expect(AllNumbers.encode(numbers)).toEqual(All.encode(value));
    expect(AllNumbers.decode(All.encode(value))).toEqual(numbers);
    expect(() => AllNumbers.decode(All.encode({ ...value, count: 2n ** 53n }))).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID", pointer: "/count" }),
    );
  });
});
