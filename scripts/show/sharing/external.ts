/** A topic that others write, with keys of two schema ids, behind an external store. */
import { join } from "node:path";
import type { Admin } from "kafkajs";
import { Chance } from "../../../test/support/chance.js";
import type { SharingJob } from "../../../test/support/servers/kafka-sharing.js";
import type { Report } from "../report.js";
import { listed, normal } from "./over-http.js";
import { plainRow, type Row, rowSchema, rowsFor, typeOf, writeRows } from "./rows.js";

const topic = "prices-of-others";
const partitions = 5;
const keyCount = 500;

/** Plain, and as Java's generated classes register it: the same bytes under another id. */
const keySchemas = ['"string"', JSON.stringify({ type: "string", "avro.java.string": "String" })];

export const externalFiles = {
  "keyspaces/prices.json": {
    keyspace: "prices",
    key: "string",
    partitions,
    stores: { prices: { value: "share.Row", topic, external: true } },
  },
};

export async function makeExternalTopic(admin: Admin): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
}

/** Rows of two programs that know nothing of us. */
export function externalJobs(folder: string, seed: number): readonly SharingJob[] {
  return keySchemas.map((keySchema, writer) => {
    const file = join(folder, `external-${writer}.tsv`);
    writeRows(file, rowsOf(writer, seed));
    return { topic, keySchema, valueSchema: JSON.stringify(rowSchema), file, registers: true };
  });
}

function rowsOf(writer: number, seed: number): readonly Row[] {
  const keys = Array.from({ length: keyCount }, (_, index) => JSON.stringify(`${writer}-${index}`));
  return rowsFor(keys, `writer ${writer}`, new Chance(seed + writer));
}

export async function assertExternal(report: Report, url: string, seed: number): Promise<void> {
  const type = typeOf("string");
  const found = await listed(url, "prices");
  for (const row of keySchemas.flatMap((_, writer) => rowsOf(writer, seed))) {
    const { key, value } = plainRow(type, row);
    const served = found.get(normal(key));
    report.check("an external store lists keys of two schema ids", served === normal(value), () => `${key}: ${served}`);
    const { status } = await fetch(`${url}/prices/${encodeURIComponent(JSON.parse(key))}`);
    report.check("each of them is found by its key", status === 200, () => `${key}: ${status}`);
  }
  const headers = { "content-type": "application/json" };
  const { status } = await fetch(`${url}/prices/x`, { method: "PUT", body: "{}", headers });
  report.check("an external store cannot be written", status === 405, () => `PUT: ${status}`);
  report.count("rows of an external store, of two key schema ids", found.size);
  report.say(`an external store serves ${found.size} rows of two key schema ids`);
}
