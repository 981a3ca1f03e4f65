/** The setting `changelog.compression`: what we compress is read by us, by Java's consumer and by kafkajs. */
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewRecord } from "../../../runtime/changelog/changelog.js";
import type { Compression } from "../../../runtime/changelog/kafka/batch-compressor.js";
import { kafkajsLinks } from "../../../runtime/changelog/kafka/kafkajs-link.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { readByJava } from "../../support/kafka/java-consumer.js";
import { foreignClient, madeTopic, openLogOfTests, readAll, recordOf } from "../../support/kafka/log-of-tests.js";
import { watchedLinks } from "../../support/kafka/watched-links.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const never = new AbortController().signal;

/** By which a batch's attributes name them. zstd needs a later Node.js. */
const codecs: readonly (readonly [compression: Compression, id: number])[] = [
  ["none", 0],
  ["gzip", 1],
  ["snappy", 2],
  ["lz4", 3],
  ...("zstdCompress" in (await import("node:zlib")) ? [["zstd", 4] as const] : []),
];

/** What was sent of a batch. */
interface SentBatch {
  readonly codec: number;
  readonly bytes: number;
}

/** One record; many that are compressed in a thread; more than a block of any codec has. */
function appendsTo(topic: string, compression: Compression): readonly (readonly NewRecord[])[] {
  const row = (index: number, value: string): NewRecord => recordOf(topic, `${compression}-${index}`, value);
  const many = Array.from({ length: 400 }, (_, index) => row(index + 1, `Ada Lovelace owns account ${index}`));
  const large = [row(401, "deposit ".repeat(40_000)), row(402, `${"0123456789".repeat(60_000)}.`)];
  return [[row(0, "alone")], many, large];
}

describe.skipIf(isLeftOut(missingJava()))("compressed batches in Kafka", () => {
  const prefix = topicName("compressed");
  const written = new Map<Compression, readonly string[]>();
  const sent = new Map<Compression, readonly SentBatch[]>();
  let brokers: readonly string[];
  let admin: Admin;
  beforeAll(async () => {
    brokers = await sharedKafka();
    admin = foreignClient(brokers).admin();
    await admin.connect();
    for (const [compression] of codecs) await write(compression);
  }, 300_000);
  afterAll(async () => {
    await admin?.disconnect();
  });

  function topicOf(compression: Compression): string {
    return `${prefix}-${compression}`;
  }

  async function write(compression: Compression): Promise<void> {
    const topic = topicOf(compression);
    await madeTopic(admin, topic, 1, { "cleanup.policy": "compact", "max.message.bytes": "2000000" });
    const batches: SentBatch[] = [];
    const links = kafkajsLinks({ clientId: "tests", clock: systemClock, logger: silentLogger });
    const openLink = watchedLinks(links, async (name, { body }) => {
      if (name === "Produce") batches.push(batchOf(body, topic));
    });
    const changelog = await openLogOfTests(brokers, { compression, openLink });
    const log = await changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await log.fence(never);
    const appends = appendsTo(topic, compression);
    for (const records of appends) expect((await log.append(records)).outcome).toBe("acknowledged");
    await changelog.close();
    sent.set(compression, batches);
    written.set(compression, appends.flat().map(textOf));
  }

  it("P3: are read back as they were written, by whatever setting the reader has", async () => {
    const reader = await openLogOfTests(brokers);
    for (const [compression] of codecs) {
      const records = await readAll(reader, topicOf(compression));
      expect(records.map(textOf)).toEqual(written.get(compression));
    }
    await reader.close();
  });

  it("are what goes over the wire, and smaller", async () => {
    const plain = sent.get("none") ?? [];
    for (const [compression, id] of codecs) {
      const batches = sent.get(compression) ?? [];
      // One record may be too small for some to gain by it.
      expect(batches.slice(1).map(({ codec }) => codec)).toEqual([id, id]);
      if (id === 0) continue;
      for (const [index, { bytes }] of batches.entries()) {
        const before = plain[index]?.bytes ?? 0;
        expect(bytes).toBeLessThanOrEqual(index === 0 ? before + compression.length : before / 3);
      }
    }
  });

  it("P15: are read by Java's consumer, in every codec", async () => {
    const topics = codecs.map(([compression]) => topicOf(compression));
    const found = await readByJava(brokers, topics);
    for (const [compression] of codecs)
      expect(found.filter((text) => text.startsWith(`${compression}-`))).toEqual(written.get(compression));
  });

  it("P15: are read by kafkajs, which brings gzip", async () => {
    const topic = topicOf("gzip");
    const expected = written.get("gzip") ?? [];
    const consumer = foreignClient(brokers).consumer({ groupId: topic });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const found: string[] = [];
    const isAll = new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message: { key, value } }) => {
          found.push(textOf({ key, value }));
          if (found.length === expected.length) resolve();
        },
      });
    });
    await isAll;
    await consumer.disconnect();
    expect(found).toEqual(expected);
  });
});

function textOf({ key, value }: Pick<NewRecord, "value"> & { readonly key: Uint8Array | null }): string {
  return `${Buffer.from(key ?? [])}=${Buffer.from(value ?? [])}`;
}

/** The one batch of a produce request: its codec, and the request's bytes. */
function batchOf(body: Buffer, topic: string): SentBatch {
  const batchAt = 2 + 2 + 4 + 4 + 2 + topic.length + 4 + 4 + 4;
  return { codec: body.readInt16BE(batchAt + 21) & 0x07, bytes: body.length };
}
