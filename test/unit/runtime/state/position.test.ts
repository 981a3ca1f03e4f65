import { describe, expect, it } from "vitest";
import { AffinityError } from "../../../../runtime/core/errors.js";
import type { Position } from "../../../../runtime/state/access.js";
import { parsePosition, positionText } from "../../../../runtime/state/position.js";

const positions: readonly Position[] = [
  { partition: 0, epoch: 0, batch: 0, offsets: [] },
  { partition: 7, epoch: 1_790_000_000, batch: 12, offsets: [{ topic: "bank-accounts", offset: 0n }] },
  {
    partition: 4095,
    epoch: Number.MAX_SAFE_INTEGER,
    batch: Number.MAX_SAFE_INTEGER,
    offsets: [
      { topic: "a.b_c-D", offset: 2n ** 63n - 1n },
      { topic: "x", offset: 36n },
    ],
  },
];

function codeOf(text: string): string | undefined {
  try {
    parsePosition(text);
    return undefined;
  } catch (error) {
    return error instanceof AffinityError ? error.code : String(error);
  }
}

describe("position", () => {
  it("is the same after its text was read", () => {
    for (const position of positions) expect(parsePosition(positionText(position))).toEqual(position);
  });

  it("is text that fits a header", () => {
    for (const position of positions) expect(positionText(position)).toMatch(/^[!-~]+$/);
  });

  it("P17: has one spelling; every other text is refused", () => {
    const good = positionText(positions[1] as Position);
    const wrong = [
      "",
      "1",
      "1.0.0",
      "2.0.0.0",
      "1.00.0.0",
      "1.0.0.0/",
      "1.0.0.0/1",
      "1.0.0.0/1@",
      "1.0.0.0/01@t",
      " 1.0.0.0",
    ];
    wrong.push(
      "1.0.0.0/1@a b",
      "1.0.0.0/9999999999999999999@t",
      "1.0.0.0/99999999999999999999@t",
      "1.99999999999999999.0.0",
      "1.A.0.0",
      "1.1e3.0.0",
    );
    wrong.push(`${good} `, `${good}\n`, `+${good}`, `1.0.0.0${"/1@t".repeat(10_000)}`, "1.-1.0.0");
    expect(wrong.filter((text) => codeOf(text) !== "QUERY_INVALID")).toEqual([]);
  });
});
