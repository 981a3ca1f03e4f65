import type { AbortedTransaction } from "../batch-walk.js";
import { type ApiRequest, apiRequest, compactItems } from "./request.js";

export interface FetchPart {
  readonly topicId: Buffer;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly fromOffset: bigint;
  readonly maxBytes: number;
}

export interface FetchedPart {
  readonly topicId: Buffer;
  readonly partition: number;
  readonly code: number;
  readonly highWatermark: bigint;
  /** End of what a reader of committed records may see; −1 for the others. */
  readonly lastStableOffset: bigint;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last may be cut off. */
  readonly bytes: Buffer;
}

export interface FetchAnswer {
  readonly code: number;
  readonly parts: readonly FetchedPart[];
}

/**
 * Fetch, without a session. Topics go by their ids, so that a topic that was deleted and made anew is never taken for the one
 * before it.
 */
export function fetchRecords(request: {
  /** How long the broker may wait for the first byte, ms. */
  readonly waitMs: number;
  readonly maxBytes: number;
  readonly isCommittedOnly: boolean;
  readonly parts: readonly FetchPart[];
}): ApiRequest<FetchAnswer> {
  const { waitMs, maxBytes, isCommittedOnly, parts } = request;
  return apiRequest({
    key: 1,
    name: "Fetch",
    version: 13,
    isFlexible: true,
    write: (out) => {
      out.i32(-1);
      out.i32(waitMs);
      out.i32(1);
      out.i32(maxBytes);
      out.i8(isCommittedOnly ? 1 : 0);
      out.i32(0);
      out.i32(-1);
      // A topic for each part keeps their order: the first that has anything gives a whole batch, however large.
      out.compactLength(parts.length);
      for (const part of parts) {
        out.raw(part.topicId);
        out.compactLength(1);
        out.i32(part.partition);
        out.i32(part.leaderEpoch);
        out.i64(part.fromOffset);
        out.i32(-1);
        out.i64(-1n);
        out.i32(part.maxBytes);
        out.noTags();
        out.noTags();
      }
      out.compactLength(0);
      out.compactString("");
      out.noTags();
    },
    read: (source) => {
      source.i32();
      const code = source.i16();
      source.i32();
      const found = compactItems(source, 18, () => {
        const topicId = source.uuid();
        const own = compactItems(source, 37, () => {
          const part = {
            topicId,
            partition: source.i32(),
            code: source.i16(),
            highWatermark: source.i64(),
            lastStableOffset: source.i64(),
          };
          source.i64();
          const aborted = compactItems(source, 17, () => {
            const transaction = { producerId: source.i64(), firstOffset: source.i64() };
            source.tags();
            return transaction;
          });
          source.i32();
          const bytes = source.compactBytes() ?? Buffer.alloc(0);
          source.tags();
          return { ...part, aborted, bytes };
        });
        source.tags();
        return own;
      });
      return { code, parts: found.flat() };
    },
  });
}
