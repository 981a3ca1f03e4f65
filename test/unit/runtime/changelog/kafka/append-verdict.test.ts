import { describe, expect, it } from "vitest";
import { cureText, verdictOf } from "../../../../../runtime/changelog/kafka/append-verdict.js";
import { kafkaCodes } from "../../../../../runtime/changelog/kafka/error-codes.js";

const nowhere = -1n;

describe("P3: what a broker's answer says about an append", () => {
  it("is refused, fenced or again only where the batch is certainly not in the log", () => {
    expect(verdictOf(kafkaCodes.NOT_ENOUGH_REPLICAS, nowhere)).toBe("refused");
    expect(verdictOf(kafkaCodes.MESSAGE_TOO_LARGE, nowhere)).toBe("refused");
    expect(verdictOf(kafkaCodes.INVALID_PRODUCER_EPOCH, nowhere)).toBe("fenced");
    expect(verdictOf(kafkaCodes.NOT_LEADER_OR_FOLLOWER, nowhere)).toBe("again");
  });

  it("is unknown where the leader may have appended it", () => {
    for (const code of [
      kafkaCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
      kafkaCodes.REQUEST_TIMED_OUT,
      kafkaCodes.UNKNOWN_SERVER_ERROR,
      kafkaCodes.KAFKA_STORAGE_ERROR,
      kafkaCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
      kafkaCodes.DUPLICATE_SEQUENCE_NUMBER,
      12_345,
    ])
      expect(verdictOf(code, nowhere)).toBe("unknown");
  });

  it("is unknown for every failure of a leader that appended first, as when it lost its lead while replicas copied", () => {
    for (const code of Object.values(kafkaCodes))
      expect(verdictOf(code, 5n)).toBe(code === kafkaCodes.NONE ? "acknowledged" : "unknown");
  });

  it("comes with the cure where it is refused until somebody does something", () => {
    expect(cureText(kafkaCodes.NOT_ENOUGH_REPLICAS)).toMatch(/^; .*min.insync.replicas.*bring brokers back/);
    expect(cureText(kafkaCodes.MESSAGE_TOO_LARGE)).toMatch(/^; .*max.message.bytes/);
    expect(cureText(kafkaCodes.NOT_LEADER_OR_FOLLOWER)).toBe("");
  });
});
