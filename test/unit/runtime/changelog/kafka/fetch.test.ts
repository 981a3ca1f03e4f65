import { describe, expect, it } from "vitest";
import { fetchRecords } from "../../../../../runtime/changelog/kafka/api/fetch.js";
import { kafkaCodes } from "../../../../../runtime/changelog/kafka/error-codes.js";
import { WireWriter } from "../../../../../runtime/changelog/kafka/wire-writer.js";

/** An answer in which every partition has failed: nothing in it can be shorter. */
function failed(partitions: number): Buffer {
  const out = new WireWriter();
  out.noTags();
  out.i32(0);
  out.i16(0);
  out.i32(0);
  out.compactLength(1);
  out.raw(Buffer.alloc(16, 7));
  out.compactLength(partitions);
  for (let partition = 0; partition < partitions; partition += 1) {
    out.i32(partition);
    out.i16(kafkaCodes.NOT_LEADER_OR_FOLLOWER);
    for (let offsets = 3; offsets > 0; offsets -= 1) out.i64(-1n);
    out.uvarint(0);
    out.i32(-1);
    out.uvarint(0);
    out.noTags();
  }
  out.noTags();
  out.noTags();
  return Buffer.from(out.bytes);
}

describe("the answer to a fetch", () => {
  const request = fetchRecords({ waitMs: 0, maxBytes: 1, isCommittedOnly: true, parts: [] });

  it("is read where every partition has failed, and holds nothing else: found by line kafka.3", () => {
    const { parts } = request.decode(failed(3));
    expect(parts.map(({ partition, code }) => [partition, code])).toEqual([
      [0, kafkaCodes.NOT_LEADER_OR_FOLLOWER],
      [1, kafkaCodes.NOT_LEADER_OR_FOLLOWER],
      [2, kafkaCodes.NOT_LEADER_OR_FOLLOWER],
    ]);
  });

  it("P17: that is cut off, or announces too much, is a WireFault", () => {
    const bytes = failed(3);
    for (let length = 0; length < bytes.length - 1; length += 1)
      expect(() => request.decode(bytes.subarray(0, length))).toThrow(expect.objectContaining({ name: "WireFault" }));
  });
});
