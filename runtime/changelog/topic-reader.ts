/** Port: the topics of a log as somebody looks at them from outside: whichever there are, and nothing but reading. */
import type { GrowthRequest, LogSlice, ReadRequest } from "./changelog.js";

/** A topic that is there. */
export interface TopicEntry {
  readonly name: string;
  readonly partitions: number;
  /** One in which the log keeps its own books: there for whoever asks for it by name. */
  readonly isInternal?: boolean;
}

/** See the head of the file. Every call is rejected with CHANGELOG_UNAVAILABLE when the log does not answer. */
export interface TopicReader {
  topics(): Promise<readonly TopicEntry[]>;
  /** As of a changelog: an offset below the log's start reads from its start, and nothing is waited for. */
  read(request: ReadRequest): Promise<LogSlice>;
  /** As of a changelog. */
  grown(request: GrowthRequest): Promise<void>;
  /** Of the first record that is not older than a time in ms, or the end of the log without one. */
  offsetAt(topic: string, partition: number, time: number): Promise<bigint>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** `offsetAt` of a log whose timestamps never go back, by halving. */
export async function offsetOfTime(read: (fromOffset: bigint) => Promise<LogSlice>, time: number): Promise<bigint> {
  let low = 0n;
  let high = (await read(0n)).endOffset;
  while (low < high) {
    const middle = (low + high) / 2n;
    const [first] = (await read(middle)).records;
    // Behind the last record, and behind a gap, is behind every younger one.
    if (first === undefined || first.timestamp >= time) high = middle;
    else low = first.offset + 1n;
  }
  return low;
}
