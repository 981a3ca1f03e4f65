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
  const replies = [
    { reply: undefined, replySchema: undefined },
    { reply: new Uint8Array(0), replySchema: 0 },
    { reply: Uint8Array.of(1, 2, 3), replySchema: 4_294_967_295 },
    // As they were written before schema ids stood there.
    { reply: Uint8Array.of(1, 2, 3), replySchema: undefined },
  ];
  for (const { reply, replySchema } of replies)
    for (const existed of [true, false])
      it(`P5: come back from headers and memstore as they were (${reply?.length} bytes of schema ${replySchema}, existed ${existed})`, () => {
        const body = { fingerprint, existed, reply, replySchema };
        const fromHeader = decodeHeaderAnswer(
          encodeHeaderAnswer({ ...body, time: 1_790_000_000_123, records: 70_000 }),
        );
        expect(fromHeader).toMatchObject({ existed, time: 1_790_000_000_123, records: 70_000 });
        const remembered = decodeRemembered(encodeRemembered({ ...body, position }));
        expect(remembered).toMatchObject({ existed, position });
        for (const answer of [fromHeader, remembered]) {
          expect(answer?.replySchema).toBe(replySchema);
          expect(Array.from(answer?.fingerprint ?? [])).toEqual(Array.from(fingerprint));
          expect(answer?.reply === undefined ? undefined : Array.from(answer.reply)).toEqual(
            reply === undefined ? undefined : Array.from(reply),
          );
        }
      });

  it("a header of somebody else is none", () => {
    const body = { fingerprint, existed: true, time: 1, records: 1 };
    const header = encodeHeaderAnswer({ ...body, reply: undefined, replySchema: undefined });
    const short = encodeHeaderAnswer({ ...body, reply: new Uint8Array(0), replySchema: 7 });
    expect(decodeHeaderAnswer(short.subarray(0, short.length - 1))).toBeUndefined();
    expect(decodeHeaderAnswer(header.subarray(0, header.length - 1))).toBeUndefined();
    expect(decodeHeaderAnswer(Uint8Array.of(9, ...header.subarray(1)))).toBeUndefined();
    expect(decodeHeaderAnswer(new Uint8Array(0))).toBeUndefined();
  });
});
