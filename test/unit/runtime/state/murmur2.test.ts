import { describe, expect, it } from "vitest";
import { murmur2, partitionOf } from "../../../../runtime/state/murmur2.js";

// Source: Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
const vectors: readonly (readonly [text: string, hash: number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

describe("murmur2", () => {
  it("P15: hashes as Kafka does", () => {
    expect(vectors.map(([text]) => murmur2(Buffer.from(text)))).toEqual(vectors.map(([, hash]) => hash));
  });

  it("P15: a negative hash is made positive by its lowest 31 bits", () => {
    expect(partitionOf(Buffer.from("21"), 10)).toBe((-973932308 & 0x7fffffff) % 10);
  });
});
