/** Records that a killed process appends, and their check. */
import type { NewRecord } from "../../runtime/changelog/changelog.js";

export const childTopics = ["first", "second"];
export const childPartitions = 4;

/** Append number `number`: one to three records, in both topics. */
export function numberedRecords(epoch: number, number: number): NewRecord[] {
  const count = 1 + (number % 3);
  return Array.from({ length: count }, (_, index) => ({
    topic: childTopics[index % 2] ?? "",
    key: Buffer.from(`key-${number}-${index}`),
    value: Buffer.from("v".repeat((number * 37) % 500)),
    headers: { epoch, batch: number, index, count, writer: BigInt(epoch), time: number },
  }));
}

/** A record of the first topic whose value is a number. */
export function churnRecord(key: string, number: number): NewRecord {
  return { ...plainRecord(key), value: Buffer.from(`${number}`.padEnd(200)) };
}

/** A record of the first topic. */
export function plainRecord(key: string): NewRecord {
  return {
    topic: childTopics[0] ?? "",
    key: Buffer.from(key),
    value: Buffer.from("value"),
    headers: { epoch: 1, batch: 1, index: 0, count: 1, writer: 1n, time: 1 },
  };
}
