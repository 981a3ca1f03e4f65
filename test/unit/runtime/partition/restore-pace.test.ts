import { describe, expect, it } from "vitest";
import { RestoreWatch } from "../../../../runtime/partition/restore-pace.js";

describe("the pace of a restore", () => {
  const watch = new RestoreWatch(1_000n, 5_000);

  it("is not known at first, nor before anything was applied", () => {
    expect(watch.pace(900n, 5_100)).toEqual({ totalRecords: 1_000n, doneRecords: 100n });
    expect(watch.pace(1_000n, 60_000)).toEqual({ totalRecords: 1_000n, doneRecords: 0n });
  });

  it("is that from its start until now", () => {
    expect(watch.pace(750n, 5_500)).toEqual({
      totalRecords: 1_000n,
      doneRecords: 250n,
      recordsPerSecond: 500,
      secondsLeft: 2,
    });
    expect(watch.pace(0n, 7_000)).toMatchObject({ recordsPerSecond: 500, secondsLeft: 0 });
  });
});
