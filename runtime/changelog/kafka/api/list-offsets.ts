import { type ApiRequest, apiRequest, items } from "./request.js";

export const earliestTime = -2n;
export const latestTime = -1n;

/** Isolation level: the end is that of all records. */
const uncommittedToo = 0;

export interface ListedOffset {
  readonly code: number;
  readonly offset: bigint;
}

/** ListOffsets of one partition: its start, its end, or its first offset at or after a time. */
export function listOffsets(request: {
  readonly topic: string;
  readonly partition: number;
  /** `earliestTime`, `latestTime`, or ms. */
  readonly time: bigint;
}): ApiRequest<ListedOffset> {
  return apiRequest({
    key: 2,
    name: "ListOffsets",
    version: 3,
    write: (out) => {
      out.i32(-1);
      out.i8(uncommittedToo);
      out.i32(1);
      out.string(request.topic);
      out.i32(1);
      out.i32(request.partition);
      out.i64(request.time);
    },
    read: (source) => {
      source.i32();
      const [first] = items(source, 6, () => {
        source.string();
        return items(source, 22, () => {
          source.i32();
          const code = source.i16();
          source.i64();
          return { code, offset: source.i64() };
        });
      }).flat();
      return first ?? { code: -1, offset: -1n };
    },
  });
}
