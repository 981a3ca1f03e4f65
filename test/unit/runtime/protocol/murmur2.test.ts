/** Kafka's partitioner, against kafkajs's and against vectors of Apache Kafka's own UtilsTest. */
import fc from "fast-check";
import kafkajs from "kafkajs";
import { describe, expect, it } from "vitest";
import { murmur2, partitionOf } from "../../../../runtime/protocol/murmur2.js";

describe("murmur2 (P15)", () => {
  it("gives the hashes of Apache Kafka's test", () => {
    const vectors: readonly [string, number][] = [
      ["21", -973932308],
      ["foobar", -790332482],
      ["a-little-bit-long-string", -985981536],
      ["a-little-bit-longer-string", -1486304829],
      ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
      ["abc", 479470107],
    ];
    for (const [text, hash] of vectors) expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it("puts every key where kafkajs puts it", () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    const metadata = (count: number) =>
      Array.from({ length: count }, (_, partitionId) => ({
        partitionId,
        leader: 0,
        partitionErrorCode: 0,
        replicas: [0],
        isr: [0],
      }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 1, max: 100 }), (key, count) => {
        const theirs = partitioner({
          topic: "t",
          partitionMetadata: metadata(count),
          message: { key: Buffer.from(key), value: null },
        });
        expect(partitionOf(key, count)).toBe(theirs);
      }),
      { numRuns: 5000 },
    );
  });
});
