/** Records as lines of JSON. */
import type { LogRecord, RecordHeaders } from "../../runtime/changelog/changelog.js";
import type { Recognised, Recogniser } from "../../runtime/serde/recognise.js";
import type { Condition } from "./conditions.js";

export interface LineOptions {
  readonly recogniser: Recogniser;
  readonly conditions: readonly Condition[];
  readonly withHeaders: boolean;
}

/** A line, or undefined where a condition does not hold. @throws REGISTRY_UNAVAILABLE */
export async function lineOf(
  record: LogRecord,
  partition: number,
  { recogniser, conditions, withHeaders }: LineOptions,
): Promise<string | undefined> {
  const [key, value] = [await recognised(record.key, recogniser), await recognised(record.value, recogniser)];
  const timestamp = timeText(record.timestamp);
  if (conditions.length > 0) {
    const plain = {
      partition,
      offset: String(record.offset),
      timestamp,
      key: key?.plain() ?? null,
      keyType: key?.type,
      value: value?.plain() ?? null,
      type: value?.type,
    };
    if (!conditions.every((holds) => holds(plain))) return undefined;
  }
  const members = [
    `"partition":${partition}`,
    `"offset":${record.offset}`,
    `"timestamp":${JSON.stringify(timestamp)}`,
    ...shown("key", "keyType", key),
    ...shown("value", "type", value),
  ];
  if (withHeaders && record.headers !== undefined) members.push(`"affinity":${headersJson(record.headers)}`);
  return `{${members.join()}}`;
}

async function recognised(bytes: Uint8Array | null, recogniser: Recogniser): Promise<Recognised | undefined> {
  return bytes === null ? undefined : recogniser.recognise(bytes);
}

function shown(name: string, typeName: string, found: Recognised | undefined): readonly string[] {
  if (found === undefined) return [`"${name}":null`];
  const { json, type, schemaId, note } = found;
  return [
    `"${name}":${json}`,
    `"${typeName}":${JSON.stringify(type)}`,
    ...(schemaId === undefined ? [] : [`"${name}SchemaId":${schemaId}`]),
    ...(note === undefined ? [] : [`"${name}Note":${JSON.stringify(note)}`]),
  ];
}

function headersJson({ epoch, batch, index, count, writer, time, idempotencyKey, repair }: RecordHeaders): string {
  return JSON.stringify({
    epoch,
    batch,
    index,
    count,
    writer: writer.toString(16).padStart(16, "0"),
    time: timeText(time),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(repair === undefined ? {} : { isRepair: true }),
  });
}

/** Other programs may write times that no calendar has. */
function timeText(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
