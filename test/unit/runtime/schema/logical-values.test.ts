import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysOf, dayText, timeOf, timestampOf, timestampText, timeText } from "../../../../runtime/schema/calendar.js";
import { decimalText, integerOf, twosComplement, unscaledOf } from "../../../../runtime/schema/decimal.js";
import { toHex } from "../../../../runtime/schema/hex.js";
import {
  readDecimal,
  readDuration,
  readFixedDecimal,
  readFixedUuid,
  readTimestamp,
  readUuid,
  writeDate,
  writeDecimal,
  writeDuration,
  writeFixedDecimal,
  writeFixedUuid,
  writeTimestamp,
  writeUuid,
} from "../../../../runtime/schema/logical-codec.js";
import { Reader } from "../../../../runtime/schema/reader.js";
import { Writer } from "../../../../runtime/schema/writer.js";

function written(write: (out: Writer) => void): Uint8Array {
  const out = new Writer();
  write(out);
  return out.finish();
}

describe("days", () => {
  it("are ECMAScript's, where it has them", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        expect(dayText(days)).toBe(new Date(days * 86_400_000).toISOString().split("T")[0]);
        expect(daysOf(dayText(days))).toBe(days);
      }),
      { numRuns: 2000 },
    );
  });

  it("come back over all ints", () => {
    for (const days of [2 ** 31 - 1, -(2 ** 31), 0, -1, -719_528, -719_529, 2_932_896, 2_932_897]) {
      expect(daysOf(dayText(days))).toBe(days);
    }
    expect(dayText(2 ** 31 - 1)).toBe("+5881580-07-11");
    expect(dayText(2_932_897)).toBe("+010000-01-01");
    expect(dayText(-719_529)).toBe("-000001-12-31");
  });

  it("have one text each", () => {
    for (const text of [
      "2023-02-29",
      "1900-02-29",
      "2024-13-01",
      "2024-00-01",
      "2024-01-00",
      "2024-1-1",
      "+002024-01-01",
      "-000000-01-01",
      "20240101",
      "2024-01-01 ",
      "",
      "2024-04-31",
    ]) {
      expect(daysOf(text), text).toBe(undefined);
    }
    expect(daysOf("2000-02-29")).toBe(11_016);
  });
});

describe("timestamps and times", () => {
  it("are ECMAScript's in milliseconds, and exact in finer units", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const millis = BigInt(date.getTime());
        expect(`${timestampText(millis, 3)}Z`).toBe(date.toISOString());
        expect(timestampOf(timestampText(millis, 3), 3)).toBe(millis);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(3, 6, 9), (units, digits) => {
        expect(timestampOf(timestampText(units, digits), digits)).toBe(units);
      }),
    );
  });

  it("refuse what is not one", () => {
    for (const text of [
      "2024-01-01",
      "T12:00:00",
      "2024-01-01T",
      "2024-01-01t12:00:00",
      "2024-01-01T12:00",
      "2024-01-01T25:00:00",
      "2024-01-01T12:60:00",
      "2024-01-01T12:00:60",
      "2024-01-01T12:00:00.",
    ]) {
      expect(timestampOf(text, 3), text).toBe(undefined);
    }
    expect(timeOf("12:00:00.1230", 3)).toBe(43_200_123n);
    expect(timeOf("12:00:00.1234", 3)).toBe(undefined);
    expect(timeText(86_400_000n, 3)).toBe(undefined);
    expect(timeText(-1n, 6)).toBe(undefined);
  });
});

describe("decimals", () => {
  it("are two's complement, as short as possible, as Java's BigInteger gives it", () => {
    const examples: readonly [bigint, string][] = [
      [0n, "00"],
      [1n, "01"],
      [-1n, "ff"],
      [127n, "7f"],
      [128n, "0080"],
      [-128n, "80"],
      [-129n, "ff7f"],
      [255n, "00ff"],
      [256n, "0100"],
      [-256n, "ff00"],
      [32767n, "7fff"],
      [-32768n, "8000"],
    ];
    for (const [value, hex] of examples) expect(toHex(twosComplement(value))).toBe(hex);
    expect(toHex(twosComplement(-2n, 4))).toBe("fffffffe");
    expect(toHex(twosComplement(2n, 4))).toBe("00000002");
    expect(() => twosComplement(128n, 1)).toThrow("fits into 1 bytes");
  });

  it("come back, whatever their digits", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 50n), max: 10n ** 50n }),
        fc.integer({ min: 0, max: 51 }),
        (value, scale) => {
          const shape = { precision: 51, scale };
          expect(integerOf(twosComplement(value), 51)).toBe(value);
          expect(integerOf(twosComplement(value, 30), 51)).toBe(value);
          expect(unscaledOf(decimalText(value, shape), shape)).toBe(value);
        },
      ),
    );
  });

  it("have exactly `scale` digits after the point and at most `precision` in all", () => {
    const write = (value: unknown): string => toHex(written((out) => writeDecimal(out, value as string, 4, 2)));
    expect(write("12.34")).toBe("0404d2");
    expect(write("-0.00")).toBe("0200");
    for (const value of [
      "1.5",
      "1",
      "1.234",
      "123.45",
      "01.00",
      ".50",
      "1.",
      "+1.00",
      "1e2",
      " 1.00",
      "",
      "NaN",
      1.25,
      5n,
      null,
    ]) {
      expect(() => write(value), String(value)).toThrow("a decimal of at most 4 digits, as text with exactly 2");
    }
    expect(toHex(written((out) => writeDecimal(out, "0.99", 2, 2)))).toBe("0263");
    expect(() => written((out) => writeDecimal(out, "1.00", 2, 2))).toThrow("a decimal");
  });

  it("of other writers are read when they fit, with any sign extension, in bounded time", () => {
    const read = (hex: string): string => readDecimal(new Reader(Buffer.from(hex, "hex")), 4, 2);
    expect(read("0404d2")).toBe("12.34");
    expect(read("0a0000000001")).toBe("0.01");
    expect(read("0affffffffff")).toBe("-0.01");
    expect(read("00")).toBe("0.00");
    expect(() => read("042710")).toThrow("at most 4 digits");
    expect(() => read("04d8f0")).toThrow("at most 4 digits");
    const huge = written((out) => out.bytes(new Uint8Array(5_000_000).fill(0x55)));
    expect(() => readDecimal(new Reader(huge), 38, 2)).toThrow("at most 38 digits");
    expect(readFixedDecimal(new Reader(written((out) => writeFixedDecimal(out, "-1.00", 8, 10, 2))), 8, 10, 2)).toBe(
      "-1.00",
    );
  });
});

describe("the other logical types", () => {
  it("keep the case of a UUID that is text, and give lower case of one that is bytes", () => {
    const upper = "6F9619FF-8B86-D011-B42D-00C04FC964FF";
    expect(readUuid(new Reader(written((out) => writeUuid(out, upper))))).toBe(upper);
    const bytes = written((out) => writeFixedUuid(out, upper));
    expect(toHex(bytes)).toBe("6f9619ff8b86d011b42d00c04fc964ff");
    expect(readFixedUuid(new Reader(bytes))).toBe(upper.toLowerCase());
    expect(() => written((out) => writeUuid(out, "6f9619ff8b86d011b42d00c04fc964ff"))).toThrow("UUID");
    expect(() => readUuid(new Reader(written((out) => out.string("no"))))).toThrow("UUID");
  });

  it("refuse dates that are none", () => {
    expect(() => written((out) => writeTimestamp(out, new Date(Number.NaN)))).toThrow("a valid Date");
    expect(() => written((out) => writeTimestamp(out, 5 as unknown as Date))).toThrow("a valid Date");
    expect(() => written((out) => writeDate(out, "2023-02-30"))).toThrow("a day");
    expect(() => written((out) => writeDate(out, "+5881580-07-12"))).toThrow("a day");
  });

  it("refuse a timestamp beyond what a Date holds", () => {
    const read = (millis: bigint): Date => readTimestamp(new Reader(written((out) => out.long(millis))));
    expect(read(8_640_000_000_000_000n)).toEqual(new Date(8.64e15));
    expect(() => read(8_640_000_000_000_001n)).toThrow("a Date holds");
    expect(() => read(2n ** 62n)).toThrow("VALUE_INVALID");
  });

  it("write durations little-endian", () => {
    const value = { months: 1, days: 2, millis: 4_294_967_295 };
    const bytes = written((out) => writeDuration(out, value));
    expect(toHex(bytes)).toBe("0100000002000000ffffffff");
    expect(readDuration(new Reader(bytes))).toEqual(value);
    for (const part of [-1, 1.5, 2 ** 32, "1", undefined]) {
      expect(() => written((out) => writeDuration(out, { ...value, days: part as number }))).toThrow("a duration");
    }
  });
});
