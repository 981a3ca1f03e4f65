import { describe, expect, it } from "vitest";
import type { NodeStatus, StatusOfPartition } from "../../../cli/status/node-status.js";
import { renderStatus } from "../../../cli/status/render.js";
import { processTerminal } from "../../../cli/terminal.js";

const startedAt = "2026-11-26T10:00:00.000Z";
const now = Date.parse(startedAt) + 3 * 60_000;
const { colors } = processTerminal({ isJson: true });

function partition(number: number, more: Partial<StatusOfPartition> = {}): StatusOfPartition {
  const one = {
    keyspace: "accounts",
    partition: number,
    role: "master",
    state: "serving",
    epoch: number,
    lagRecords: 0,
  };
  return { ...one, ...more };
}

function rendered(partitions: readonly StatusOfPartition[]): string {
  const node: NodeStatus = {
    service: "bank",
    startedAt,
    version: "1.2.3",
    keyspaces: ["accounts"],
    partitions: [...partitions],
  };
  return renderStatus(node, "http://127.0.0.1:8080", now, colors);
}

describe("affinity status", () => {
  it("shows a line a keyspace where all serve, however many partitions there are", () => {
    const partitions = Array.from({ length: 64 }, (_, number) => partition(number + 1));
    expect(rendered(partitions)).toBe(
      [
        "bank · http://127.0.0.1:8080 · 1.2.3 · started 3 min ago",
        "64 of 64 partitions serve",
        "",
        "keyspace  partitions      roles      epochs",
        "accounts  64 of 64 serve  64 master  1 to 64",
      ].join("\n"),
    );
  });

  it("shows how far each partition is that restores, with its rate and the time that is left", () => {
    const restore = { totalRecords: 200_000, doneRecords: 120_344, recordsPerSecond: 310_000, secondsLeft: 1 };
    const lines = rendered([
      partition(1),
      partition(2, { role: "standby", state: "restoring", lagRecords: 79_656, restore }),
      partition(3, { role: "standby", state: "electing" }),
    ]).split("\n");
    expect(lines.slice(-2)).toEqual([
      "accounts/2  restoring  ████████████░░░░░░░░  60 %  120,344 of 200,000 records, 310,000 a second, 1 s left",
      "accounts/3  electing   ",
    ]);
  });

  it("shows a restore that has just begun, and one of nothing", () => {
    const restore = { totalRecords: 5, doneRecords: 0 };
    const nothing = { totalRecords: 0, doneRecords: 0 };
    const text = rendered([
      partition(1, { state: "restoring", restore }),
      partition(2, { state: "restoring", restore: nothing }),
    ]);
    expect(text).toMatch(/░{20} {3}0 % {2}0 of 5 records$/m);
    expect(text).toMatch(/█{20} 100 % {2}0 of 0 records$/m);
  });
});
