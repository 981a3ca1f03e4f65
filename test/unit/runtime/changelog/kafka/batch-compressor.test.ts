import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { NewRecord } from "../../../../../runtime/changelog/changelog.js";
import { type Compression, openBatchCompressor } from "../../../../../runtime/changelog/kafka/batch-compressor.js";
import { walkBatches } from "../../../../../runtime/changelog/kafka/batch-walk.js";
import { loadPackage, MissingPackage } from "../../../../../runtime/changelog/kafka/codec-packages.js";
import { openKafkaChangelog } from "../../../../../runtime/changelog/kafka/kafka-changelog.js";
import { encodeBatch, reauthored } from "../../../../../runtime/changelog/kafka/record-batch.js";
import { systemClock } from "../../../../../runtime/core/clock.js";
import { silentLogger } from "../../../../../runtime/core/logger.js";
import { SeededRandom } from "../../../../../runtime/core/random.js";
import { interpretedType } from "../../../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../../../runtime/schema/raw-schema.js";

const canZstd = "zstdCompress" in (await import("node:zlib"));
const codecs: readonly (readonly [Compression, number])[] = [
  ["gzip", 1],
  ["snappy", 2],
  ["lz4", 3],
  ...(canZstd ? [["zstd", 4] as const] : []),
];

function record(key: string, value: Buffer): NewRecord {
  const headers = { epoch: 3, batch: 9, index: 0, count: 1, writer: 7n, time: 1_700_000_000_000 };
  return { topic: "t", key: Buffer.from(key), value, headers };
}

function batchOf(records: readonly NewRecord[]): Buffer {
  const author = { producerId: 5n, producerEpoch: 2, sequence: 3, isTransactional: true };
  const bytes = encodeBatch(records, author, 1_000);
  bytes.writeBigInt64BE(0n, 0);
  return bytes;
}

/** A few rows, compressed at once, and many, compressed in a thread. */
const few = batchOf([1, 2, 3].map((index) => record(`a-${index}`, Buffer.from("Ada Lovelace"))));
const many = batchOf(Array.from({ length: 500 }, (_, index) => record(`a-${index}`, Buffer.from("Ada Lovelace"))));

function rows(bytes: Buffer): readonly string[] {
  const { records } = walkBatches({ bytes, fromOffset: 0n, aborted: [], subject: "topic t, partition 0" });
  return [...records].map(({ offset, key, value, headers }) => `${offset} ${key} ${value} ${headers?.batch}`);
}

async function compressed(batch: Buffer, compression: Compression): Promise<Buffer> {
  const compressor = openBatchCompressor(compression);
  if (compressor === undefined) throw new Error(`${compression} has no compressor`);
  return compressor.compressed(batch);
}

describe("batches that are compressed", () => {
  it("P3: hold the same records under the same author, and say their codec", async () => {
    for (const [compression, id] of codecs)
      for (const batch of [few, many]) {
        const bytes = await compressed(Buffer.from(batch), compression);
        expect(bytes.length).toBeLessThan(batch.length);
        expect(bytes.readInt32BE(8)).toBe(bytes.length - 12);
        expect(bytes.readInt16BE(21)).toBe(0x10 | id);
        // From the last offset's delta to the number of records.
        expect(bytes.subarray(23, 61)).toEqual(batch.subarray(23, 61));
        expect(rows(bytes)).toEqual(rows(batch));
      }
  });

  it("may get another author", async () => {
    for (const [compression] of codecs) {
      const author = { producerId: 99n, producerEpoch: 4, sequence: 17 };
      const bytes = reauthored(await compressed(few, compression), author);
      expect([bytes.readBigInt64BE(43), bytes.readInt16BE(51), bytes.readInt32BE(53)]).toEqual([99n, 4, 17]);
      expect(rows(bytes)).toEqual(rows(few));
    }
  });

  it("stay as they are where that makes them no smaller", async () => {
    for (const bytes of [40, 100_000]) {
      const noise = batchOf([record("noise", randomBytes(bytes))]);
      const plain = Buffer.from(noise);
      // Its headers are the only thing to save.
      for (const [compression] of codecs) {
        const sent = await compressed(noise, compression);
        expect(sent.length).toBeLessThanOrEqual(plain.length);
        expect(rows(sent)).toEqual(rows(plain));
      }
      expect(noise).toEqual(plain);
    }
    const large = batchOf([record("noise", randomBytes(2_000_000))]);
    expect(await compressed(large, "lz4")).toBe(large);
  });

  it("P3: stay as they are where their records are more than a reader takes", async () => {
    const huge = Buffer.alloc(129 * 1024 * 1024);
    for (const [compression] of codecs) expect(await compressed(huge, compression)).toBe(huge);
  });
});

describe("rows of the bank example", () => {
  const schema = readFileSync(new URL("../../../../../examples/bank/schemas/account.avsc", import.meta.url), "utf8");
  const account = interpretedType(definedBy(schema));

  /** Accounts that were written one after another, as they stand in the topic. */
  function accounts(count: number): Buffer {
    const random = new SeededRandom(3);
    const below = (end: number): number => Math.floor(random.next() * end);
    const owners = ["Ada Lovelace", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov"];
    const records = Array.from({ length: count }, (_, index) => {
      const id = `a-${below(1_000_000)}`;
      const row = { id, owner: owners[below(owners.length)] ?? "", balance: BigInt(below(1_000_000)) };
      const key = Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 2 * id.length]), Buffer.from(id)]);
      const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), account.encode(row)]);
      const time = 1_700_000_000_000 + index;
      const headers = { epoch: 3, batch: 1_000 + index, index: 0, count: 1, writer: 0x9e37_79b9_7f4a_7c15n, time };
      return { topic: "t", key, value, headers };
    });
    return batchOf(records);
  }

  it("become as much smaller as docs/kafka.md says", async () => {
    const documented: readonly (readonly [count: number, ratios: { readonly [name in Compression]?: number }])[] = [
      [1, { gzip: 1.1, snappy: 1.1, lz4: 1.1, zstd: 1.1 }],
      [16, { gzip: 3.9, snappy: 3.3, lz4: 3.3, zstd: 4.2 }],
      [100, { gzip: 5.8, snappy: 4.2, lz4: 4.2, zstd: 7.2 }],
      [5_000, { gzip: 6.6, snappy: 4.6, lz4: 4.7, zstd: 7.6 }],
    ];
    for (const [count, ratios] of documented) {
      const batch = accounts(count);
      for (const [name] of codecs) {
        const { length } = await compressed(batch, name);
        // Other versions of a codec may differ a little.
        expect(batch.length / length).toBeGreaterThanOrEqual((ratios[name] ?? Number.POSITIVE_INFINITY) * 0.9);
      }
    }
  });
});

describe("a compression that this machine cannot write", () => {
  const without =
    (missing: string) =>
    (name: string): unknown => {
      if (name === missing) throw new MissingPackage(name);
      return loadPackage(name);
    };

  it("P17: is an error that names the package and the cure", () => {
    for (const [compression, name] of [
      ["snappy", "snappy"],
      ["lz4", "lz4-napi"],
    ] as const) {
      const open = () => openBatchCompressor(compression, without(name));
      expect(open).toThrow(
        `[CONFIG_INVALID] changelog.compression: "${compression}" needs the optional package ${name}, which is not installed or not for this machine; npm install ${name}, or set it to "gzip"`,
      );
    }
    expect(openBatchCompressor("gzip", without("snappy"))).toBeDefined();
    expect(openBatchCompressor("none", without("snappy"))).toBeUndefined();
  });

  it("P17: is zstd before Node.js 22.15, and the error says so", () => {
    const open = () => openBatchCompressor("zstd", () => ({}));
    expect(open).toThrow(/CONFIG_INVALID.*cannot write zstd; run the node with 22.15 or newer, or set it to "lz4"/);
  });

  it.skipIf(canZstd)("is found when the changelog is opened, without a broker", async () => {
    const topics = { replication: 1, minInsyncReplicas: 1, maxMessageBytes: 2_000_000 };
    const parts = { clock: systemClock, random: new SeededRandom(1), logger: silentLogger };
    const options = { brokers: ["127.0.0.1:1"], clientId: "tests", requestTimeoutMs: 1_000, queueBytes: 1_000_000 };
    const opening = openKafkaChangelog({ ...options, ...parts, topics, compression: "zstd" });
    await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
