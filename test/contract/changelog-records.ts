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

/** Keys that churn overwrites, and how it names the one of a number. */
export const churnKeys = 40;
export function churnKey(number: number): string {
  return `key-${number % churnKeys}`;
}

/** Whether churn deletes with this number: each key now and then, since 7 does not divide the number of keys. */
export function isChurnDelete(number: number): boolean {
  return number % 7 === 0;
}

/** A record of the first topic whose time is a number. */
export function churnRecord(number: number): NewRecord {
  const record = plainRecord(churnKey(number));
  const value = isChurnDelete(number) ? null : Buffer.from("v".repeat(200));
  return { ...record, value, headers: { ...record.headers, time: number } };
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
