import { gzipSync } from "node:zlib";
import { compressFrameSync } from "lz4-napi";
import { compressSync } from "snappy";
import { describe, expect, it } from "vitest";
import type { LogRecord, NewRecord } from "../../../../../runtime/changelog/changelog.js";
import {
  type AbortedTransaction,
  type Marker,
  walkBatches,
} from "../../../../../runtime/changelog/kafka/batch-walk.js";
import { checksum } from "../../../../../runtime/changelog/kafka/crc32c.js";
import { encodeBatch, reauthored, sequenceAfter } from "../../../../../runtime/changelog/kafka/record-batch.js";
import { SeededRandom } from "../../../../../runtime/core/random.js";

const recordsAt = 61;

function record(key: string, value: string | null): NewRecord {
  const headers = { epoch: 3, batch: 9, index: 0, count: 1, writer: 7n, time: 1_700_000_000_000 };
  return { topic: "t", key: Buffer.from(key), value: value === null ? null : Buffer.from(value), headers };
}

/** A batch as the leader keeps it. */
function batch(base: bigint, records: readonly NewRecord[], more: { readonly isTransactional?: boolean } = {}): Buffer {
  const author = { producerId: 5n, producerEpoch: 2, sequence: 0, isTransactional: false, ...more };
  const bytes = Buffer.from(encodeBatch(records, author, 1_000));
  bytes.writeBigInt64BE(base, 0);
  return bytes;
}

/** Changes a batch and makes its checksum fit. */
function changed(bytes: Buffer, change: (copy: Buffer) => Buffer | undefined): Buffer {
  const copy = change(Buffer.from(bytes)) ?? Buffer.from(bytes);
  copy.writeInt32BE(copy.length - 12, 8);
  copy.writeUInt32BE(checksum(copy.subarray(21)), 17);
  return copy;
}

/** Its records gone, as compaction leaves the last batch of a producer; or a control batch. */
function emptied(bytes: Buffer): Buffer {
  return changed(bytes, (copy) => {
    const head = copy.subarray(0, recordsAt);
    head.writeInt32BE(0, 57);
    return head;
  });
}

/** The same with another number of records. */
function counted(bytes: Buffer, count: number): Buffer {
  return changed(bytes, (copy) => {
    copy.writeInt32BE(count, 57);
    return copy;
  });
}

function marker(base: bigint, producerEpoch: number): Buffer {
  return changed(batch(base, [record("x", "y")]), (copy) => {
    copy.writeInt16BE(0x30, 21);
    copy.writeInt16BE(producerEpoch, 51);
    return copy;
  });
}

function compressed(bytes: Buffer, codec: number, pack: (body: Buffer) => Buffer): Buffer {
  return changed(bytes, (copy) => {
    copy.writeInt16BE(codec, 21);
    return Buffer.concat([copy.subarray(0, recordsAt), pack(copy.subarray(recordsAt))]);
  });
}

interface Found {
  /** As plain objects: those of a walk make their parts when they are asked for. */
  readonly records: readonly LogRecord[];
  readonly nextOffset: bigint;
}

function walk(bytes: Buffer, fromOffset = 0n, aborted: readonly AbortedTransaction[] = []): Found {
  const walked = walkBatches({ bytes, fromOffset, aborted, subject: "topic t, partition 0" });
  const records = Array.from(walked.records, ({ offset, key, value, timestamp, headers }) => ({
    offset,
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    timestamp,
    ...(headers === undefined ? {} : { headers }),
  }));
  return { records, nextOffset: walked.nextOffset };
}

function keys({ records }: Found): string[] {
  return records.map(({ key, offset }) => `${offset}:${key?.toString()}`);
}

const three = batch(10n, [record("a", "1"), record("b", null), record("c", "3")]);

describe("record batches", () => {
  it("come back as they were written", () => {
    const headers = {
      epoch: 4_000_000_000,
      batch: 9_007_199_254_740_991,
      index: 2,
      count: 3,
      writer: 0xffff_ffff_ffff_ffffn,
      time: 12,
      idempotencyKey: "clé-🔑",
      reply: Buffer.from([1, 2]),
      repair: Buffer.alloc(0),
    };
    const written = [{ ...record("k", "v"), headers }, record("", ""), record("d", null)];
    const { records, nextOffset } = walk(batch(7n, written), 7n);
    expect(nextOffset).toBe(10n);
    expect(records).toEqual(
      written.map(({ key, value, headers: own }, index) => ({
        offset: 7n + BigInt(index),
        key,
        value,
        timestamp: 1_000,
        headers: own,
      })),
    );
  });

  it("are given from the offset that was asked for, and end behind their last", () => {
    expect(keys(walk(three, 11n))).toEqual(["11:b", "12:c"]);
    expect(walk(three, 12n).nextOffset).toBe(13n);
    expect(walk(three, 40n)).toEqual({ records: [], nextOffset: 40n });
  });

  it("P7: of which compaction has left none behind the offset that was asked for have none to give", () => {
    const cut = changed(three, (copy) => {
      copy.writeInt32BE(7, 23);
      return copy;
    });
    const walked = (fromOffset: bigint) => walkBatches({ bytes: cut, fromOffset, aborted: [], subject: "t" });
    expect([walked(12n).hasRecords, walked(13n).hasRecords, walked(13n).nextOffset]).toEqual([true, false, 18n]);
    expect([...walked(13n).records]).toEqual([]);
  });

  it("that are cut off are left for the next read", () => {
    const bytes = Buffer.concat([three, batch(13n, [record("d", "4")])]);
    for (let length = 0; length < bytes.length; length += 1) {
      const { records, nextOffset } = walk(bytes.subarray(0, length), 10n);
      expect([records.length, nextOffset]).toEqual(length < three.length ? [0, 10n] : [3, 13n]);
    }
  });

  it("P7: without records, of control and of given-up transactions move the reader on", () => {
    const isTransactional = true;
    const bytes = Buffer.concat([
      emptied(batch(3n, [record("a", "1"), record("b", "2")])),
      batch(9n, [record("given up", "1")], { isTransactional }),
      marker(10n, 2),
      batch(11n, [record("kept", "1")], { isTransactional }),
      emptied(batch(20n, [record("z", "1")])),
    ]);
    const walked = walk(bytes, 0n, [{ producerId: 5n, firstOffset: 9n }]);
    expect(keys(walked)).toEqual(["11:kept"]);
    expect(walked.nextOffset).toBe(21n);
  });

  it("of control say whose they are", () => {
    const seen: Marker[] = [];
    const bytes = Buffer.concat([marker(4n, 8), three]);
    walkBatches({ bytes, fromOffset: 0n, aborted: [], subject: "t", onMarker: (found) => seen.push(found) });
    expect(seen).toMatchObject([{ offset: 4n, producerId: 5n, producerEpoch: 8 }]);
  });

  it("of others have no headers of ours, and may have no key", () => {
    const foreign = batch(0n, [record("k", "v")]);
    // The first header's name is another, and so ours are not whole.
    const at = foreign.indexOf("affinity-epoch");
    const renamed = changed(foreign, (copy) => {
      copy.write("affinity_epoch", at);
      return copy;
    });
    expect(walk(renamed).records[0]).toEqual({
      offset: 0n,
      key: Buffer.from("k"),
      value: Buffer.from("v"),
      timestamp: 1_000,
    });
    const body = Buffer.from([0x0c, 0, 0, 0, 0x01, 0x01, 0]);
    const keyless = changed(foreign, (copy) => Buffer.concat([copy.subarray(0, recordsAt), body]));
    expect(walk(keyless).records).toEqual([{ offset: 0n, key: null, value: null, timestamp: 1_000 }]);
  });

  it("take the log's time where the topic keeps it", () => {
    const stamped = changed(three, (copy) => {
      copy.writeInt16BE(0x08, 21);
      copy.writeBigInt64BE(77n, 35);
      return copy;
    });
    expect(walk(stamped).records.map(({ timestamp }) => timestamp)).toEqual([77, 77, 77]);
  });

  it("are read in every compression, blocked and plain snappy included", () => {
    const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    const blocked = (body: Buffer): Buffer => {
      const blocks = [body.subarray(0, 20), body.subarray(20)].flatMap((part) => {
        const block = compressSync(part);
        const length = Buffer.alloc(4);
        length.writeInt32BE(block.length);
        return [length, block];
      });
      return Buffer.concat([xerial, ...blocks]);
    };
    // zstd without compression: a frame of one raw block.
    const zstd = (body: Buffer): Buffer => {
      const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32LE(body.length, 5);
      head.writeUIntLE((body.length << 3) | 1, 9, 3);
      return Buffer.concat([head, body]);
    };
    const packed: readonly (readonly [number, (body: Buffer) => Buffer])[] = [
      [1, (body) => gzipSync(body)],
      [2, (body) => compressSync(body)],
      [2, blocked],
      [3, (body) => compressFrameSync(body)],
      [4, zstd],
    ];
    for (const [codec, pack] of packed) expect(walk(compressed(three, codec, pack))).toEqual(walk(three));
  });
});

describe("P17: bytes that are no record batches", () => {
  it("with a wrong checksum, format or length are CHANGELOG_DAMAGED with their place", () => {
    const flipped = Buffer.from(three);
    flipped.writeUInt8((flipped.at(-1) ?? 0) ^ 1, flipped.length - 1);
    expect(() => walk(flipped)).toThrow(/CHANGELOG_DAMAGED.*topic t, partition 0, offset 10.*checksum/);
    const old = Buffer.from(three);
    old[16] = 1;
    expect(() => walk(old)).toThrow(/CHANGELOG_DAMAGED.*format 1/);
    for (const length of [-1, 0, 48, -2_147_483_648]) {
      const short = Buffer.from(three);
      short.writeInt32BE(length, 8);
      expect(() => walk(short)).toThrow(/CHANGELOG_DAMAGED.*its length/);
    }
  });

  it("with absurd counts and lengths end at once", () => {
    for (const count of [2_147_483_647, 1_000, -5])
      expect(() => walk(counted(three, count))).toThrow("CHANGELOG_DAMAGED");
    const endless = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    const body = changed(three, (copy) => Buffer.concat([copy.subarray(0, recordsAt), endless, endless, endless]));
    expect(() => walk(body)).toThrow("CHANGELOG_DAMAGED");
  });

  it("that were changed at random, with a checksum that fits, are records or CHANGELOG_DAMAGED (seed 11)", () => {
    const random = new SeededRandom(11);
    const many = batch(
      0n,
      Array.from({ length: 20 }, (_, index) => record(`key-${index}`, "v".repeat(index))),
    );
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = changed(many, (copy) => {
        for (let changes = 1 + Math.floor(random.next() * 4); changes > 0; changes -= 1)
          copy[21 + Math.floor(random.next() * (copy.length - 21))] = Math.floor(random.next() * 256);
        copy[22] = (copy[22] ?? 0) & 0xf8;
        return copy;
      });
      try {
        const { records } = walk(bytes);
        expect(records.length).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toMatchObject({ code: "CHANGELOG_DAMAGED" });
      }
    }
  });

  it("that are no compressed data, or too much, are CHANGELOG_DAMAGED; an unknown codec is named", () => {
    const garbage = Buffer.from("this is not compressed at all, by any of them");
    for (const codec of [1, 2, 3, 4])
      expect(() => walk(compressed(three, codec, () => garbage))).toThrow(
        /CHANGELOG_DAMAGED.*topic t, partition 0, offset 10/,
      );
    expect(() => walk(compressed(three, 5, () => garbage))).toThrow(/CONFIG_INVALID.*offset 10.*compression 5/);
    const bomb = Buffer.alloc(200 * 1024 * 1024);
    expect(() => walk(compressed(three, 1, () => gzipSync(bomb, { level: 1 })))).toThrow("CHANGELOG_DAMAGED");
    const announced = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), garbage]);
    expect(() => walk(compressed(three, 2, () => announced))).toThrow("CHANGELOG_DAMAGED");
  });
});

describe("a batch's author", () => {
  it("may be changed, and the checksum with it", () => {
    const bytes = reauthored(batch(0n, [record("a", "1")]), { producerId: 99n, producerEpoch: 4, sequence: 17 });
    expect(keys(walk(bytes))).toEqual(["0:a"]);
    expect([bytes.readBigInt64BE(43), bytes.readInt16BE(51), bytes.readInt32BE(53)]).toEqual([99n, 4, 17]);
  });

  it("counts on from 0 behind the largest sequence number", () => {
    expect(sequenceAfter(5, 3)).toBe(8);
    expect(sequenceAfter(0x7fff_ffff, 1)).toBe(0);
    expect(sequenceAfter(0x7fff_fffe, 4)).toBe(2);
  });
});
