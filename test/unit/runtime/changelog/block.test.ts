import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockCursor, type BlockHead, writeRecord } from "../../../../runtime/changelog/block.js";
import type { LogRecord, NewRecord, RecordHeaders } from "../../../../runtime/changelog/changelog.js";
import { ByteWriter } from "../../../../runtime/disk/byte-writer.js";

const bytes = fc.uint8Array({ maxLength: 300 });
const safe = fc.maxSafeNat();
/** Leaves room for the records of one block below 2^53. */
const baseOffset = fc.integer({ min: 0, max: 2 ** 52 });
const headers: fc.Arbitrary<RecordHeaders> = fc.record(
  {
    epoch: safe,
    batch: fc.oneof(fc.constantFrom(1, 2), safe),
    index: safe,
    count: fc.constantFrom(1, 3),
    writer: fc.oneof(fc.constantFrom(1n), fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })),
    time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    idempotencyKey: fc.string({ unit: "binary", maxLength: 40 }),
    reply: bytes,
    repair: bytes,
  },
  { requiredKeys: ["epoch", "batch", "index", "count", "writer", "time"] },
);
const record: fc.Arbitrary<NewRecord> = fc.record({
  topic: fc.constant("t"),
  key: bytes,
  value: fc.option(bytes),
  headers,
});
const timestamp = fc.integer({ min: 0, max: 4_000_000_000_000 });

describe("blocks", () => {
  it("give back what was written, at offsets from their base", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), timestamp, baseOffset, (records, time, base) => {
        expect(recordsOf(blockOf(records, time), base).map(plain)).toEqual(
          records.map((one, index) => plain({ ...one, offset: BigInt(base) + BigInt(index), timestamp: time })),
        );
      }),
    );
  });

  it("copied record by record into another block lose nothing but what is left out", () => {
    const block = fc.tuple(fc.array(fc.tuple(record, fc.boolean()), { minLength: 1, maxLength: 6 }), timestamp);
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), (blocks) => {
        const expected: LogRecord[] = [];
        const out = new ByteWriter();
        let into: { readonly nextOffset: number; readonly head: BlockHead } | undefined;
        let first = 0;
        let base = 1_000;
        for (const [entries, time] of blocks) {
          const body = blockOf(
            entries.map(([one]) => one),
            time,
          );
          const all = recordsOf(body, base);
          const cursor = new BlockCursor(body, base);
          for (const [index, [, isKept]] of entries.entries()) {
            expect(cursor.next()).toBe(true);
            const found = all[index];
            if (!isKept || found === undefined) continue;
            if (into === undefined) first = cursor.offset;
            cursor.copyTo(out, into);
            into = { nextOffset: cursor.offset + 1, head: cursor.head };
            expected.push(found);
          }
          base += entries.length + 17;
        }
        const packed = Buffer.from(out.bytes.subarray(0, out.length));
        expect(recordsOf(packed, first).map(plain)).toEqual(expected.map(plain));
      }),
    );
  });
});

function blockOf(records: readonly NewRecord[], time: number): Buffer {
  const out = new ByteWriter(new ArrayBuffer(8));
  let previous: RecordHeaders | undefined;
  for (const one of records) {
    writeRecord(out, one, time, previous);
    previous = one.headers;
  }
  return Buffer.from(out.bytes.subarray(0, out.length));
}

function recordsOf(body: Buffer, base: number): LogRecord[] {
  const found: LogRecord[] = [];
  const cursor = new BlockCursor(body, base);
  while (cursor.next()) found.push(cursor.record());
  return found;
}

function plain(one: LogRecord): object {
  const hex = (part: Uint8Array | null | undefined): string | null | undefined =>
    part === null || part === undefined ? part : Buffer.from(part).toString("hex");
  const { offset, timestamp: time, key, value } = one;
  const { reply, repair, ...rest } = one.headers ?? {};
  return { offset, time, key: hex(key), value: hex(value), ...rest, reply: hex(reply), repair: hex(repair) };
}
