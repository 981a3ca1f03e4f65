import { describe, expect, it } from "vitest";
import {
  decodeHeaderAnswer,
  decodeRemembered,
  encodeHeaderAnswer,
  encodeRemembered,
} from "../../../../runtime/state/idempotency.js";

const fingerprint = new Uint8Array(16).map((_, at) => at * 7);
const position = { partition: 3, epoch: 5, batch: 9, offsets: [{ topic: "t-1", offset: 77n }] };

describe("remembered answers", () => {
  for (const reply of [undefined, new Uint8Array(0), Uint8Array.of(1, 2, 3)])
    for (const existed of [true, false])
      it(`P5: come back from headers and memstore as they were (${reply?.length} bytes, existed ${existed})`, () => {
        const body = { fingerprint, existed, reply };
        const fromHeader = decodeHeaderAnswer(
          encodeHeaderAnswer({ ...body, time: 1_790_000_000_123, records: 70_000 }),
        );
        expect(fromHeader).toMatchObject({ existed, time: 1_790_000_000_123, records: 70_000 });
        const remembered = decodeRemembered(encodeRemembered({ ...body, position }));
        expect(remembered).toMatchObject({ existed, position });
        for (const answer of [fromHeader, remembered]) {
          expect(Array.from(answer?.fingerprint ?? [])).toEqual(Array.from(fingerprint));
          expect(answer?.reply === undefined ? undefined : Array.from(answer.reply)).toEqual(
            reply === undefined ? undefined : Array.from(reply),
          );
        }
      });

  it("a header of somebody else is none", () => {
    const header = encodeHeaderAnswer({ fingerprint, existed: true, reply: undefined, time: 1, records: 1 });
    expect(decodeHeaderAnswer(header.subarray(0, header.length - 1))).toBeUndefined();
    expect(decodeHeaderAnswer(Uint8Array.of(9, ...header.subarray(1)))).toBeUndefined();
    expect(decodeHeaderAnswer(new Uint8Array(0))).toBeUndefined();
  });
});
