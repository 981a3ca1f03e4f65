/** The shared rows as others find them in Kafka. */
import type { Kafka as Client } from "kafkajs";
import { KeyCodec } from "../../../runtime/state/keys.js";
import type { Report } from "../report.js";
import { canonicalRow, readRows } from "./rows.js";
import { allRows, type Shared, type Stranger, sharedPartitions } from "./shared.js";

interface Expected {
  readonly one: Shared;
  /** By the bytes of a key, the partition where we look for it. */
  readonly partitions: ReadonlyMap<string, number>;
  met: number;
}

/** A plain consumer, without any serializer and of uncommitted records too: whose bytes each key has, and where it lies. */
export async function assertPlaces(
  report: Report,
  kafkajs: Client,
  registry: string,
  shared: readonly Shared[],
): Promise<void> {
  const topics = new Map<string, Expected>();
  for (const one of shared) topics.set(one.topic, await expectedOf(one, registry));
  const total = shared.reduce((sum, one) => sum + allRows(one).length, 0);
  let met = 0;
  const consumer = kafkajs.consumer({ groupId: "plain", readUncommitted: true });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...topics.keys()], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachBatch: NonNullable<Parameters<typeof consumer.run>[0]>["eachBatch"] = async ({ batch }) => {
        const expected = topics.get(batch.topic);
        for (const { key } of batch.messages) {
          const partition = expected?.partitions.get(hex(key ?? Buffer.alloc(0)));
          report.check(
            "a key has the same bytes of all writers, and lies where we look for it",
            partition === batch.partition,
            () => `${batch.topic}: ${key?.toString("hex")} in partition ${batch.partition}, not ${partition}`,
          );
          met += 1;
          if (expected !== undefined) expected.met += 1;
        }
        if (met >= total) resolve();
      };
      consumer.run({ eachBatch }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  for (const [topic, { one, met: count }] of topics) {
    const wanted = allRows(one).length;
    report.check(
      "a plain consumer sees users' rows and nothing else",
      count === wanted,
      () => `${topic}: ${count} records, not ${wanted}`,
    );
    report.count("keys whose partition agreed", one.keys.length);
  }
  report.count("records that a plain consumer saw", met);
  report.say(`a plain consumer saw ${met} records of ${topics.size} topics, each in its partition`);
}

async function expectedOf(one: Shared, registry: string): Promise<Expected> {
  const { kind, topic, type, keys } = one;
  const response = await fetch(`${registry}/subjects/${topic}-key/versions/1`);
  const { id: schemaId = 0 }: { readonly id?: number } = JSON.parse(await response.text());
  const codec = new KeyCodec({ subject: topic, type, encoding: kind.encoding, schemaId, partitions: sharedPartitions });
  const partitions = new Map<string, number>();
  for (const key of keys) {
    const { serialized, partition } = codec.address(type.fromAvroJson(key));
    partitions.set(hex(serialized), partition);
  }
  return { one, partitions, met: 0 };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What a stranger has read to the end of a topic: every row of every writer, and nothing else. */
export function assertRead(report: Report, who: Stranger, one: Shared, file: string): void {
  const wanted = new Map<string, number>();
  for (const row of allRows(one)) {
    const text = canonicalRow(one.type, row);
    wanted.set(text, (wanted.get(text) ?? 0) + 1);
  }
  const rows = readRows(file);
  const { name } = one.kind;
  for (const row of rows) {
    const text = canonicalRow(one.type, row);
    const left = wanted.get(text) ?? 0;
    report.check(`${who} reads what all wrote, and nothing else`, left > 0, () => `${name}: ${text}`);
    if (left > 1) wanted.set(text, left - 1);
    else wanted.delete(text);
  }
  const [first] = wanted.keys();
  report.check(`${who} reads all`, wanted.size === 0, () => `${name}: ${wanted.size} rows are missing, as ${first}`);
  report.count(`rows that ${who} read`, rows.length);
}
