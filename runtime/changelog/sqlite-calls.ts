/** What the embedded changelog asks of its writer thread; appends go beside these, as groups. */
import type { ThreadCaller } from "../disk/supervised-thread.js";
import type { TopicInfo, TopicSpec } from "./changelog.js";

/** One topic's log of a partition, as the thread knows it. */
export interface PartState {
  readonly topic: string;
  readonly part: number;
  readonly endOffset: number;
  /** Timestamp of its newest record, 0 without one. */
  readonly timestamp: number;
}

/** Calls of the writer thread. */
export type LogCalls = {
  /** Opens the file. */
  readonly start: { readonly request: { readonly path: string }; readonly reply: null };
  readonly ensureTopics: {
    readonly request: { readonly topics: readonly TopicSpec[]; readonly incarnations: readonly string[] };
    readonly reply: readonly TopicInfo[];
  };
  /** Every topic of the file. */
  readonly topics: { readonly request: null; readonly reply: readonly TopicInfo[] };
  /** Makes a log the writer of its parts unless a later epoch is; the first time, and again as a fence. */
  readonly fence: {
    readonly request: {
      readonly log: number;
      readonly topics: readonly string[];
      readonly partition: number;
      readonly epoch: number;
    };
    readonly reply: { readonly isOwner: boolean; readonly parts: readonly PartState[] };
  };
  readonly read: {
    readonly request: {
      readonly topic: string;
      readonly partition: number;
      readonly fromOffset: number;
      readonly maxBytes: number;
    };
    /** Blocks packed as base (f64), bytes (u32), body; see `packed-blocks.ts`. */
    readonly reply: { readonly blocks: ArrayBuffer; readonly nextOffset: number; readonly endOffset: number };
  };
  /**
   * Does some slices of compaction, and says whether there is more to do. `isForced`: also where it would not be worth it
   * yet.
   */
  readonly compact: {
    readonly request: { readonly now: number; readonly isForced: boolean; readonly slices: number };
    readonly reply: { readonly hasMore: boolean };
  };
  readonly close: { readonly request: null; readonly reply: null };
};

/** Who answers them. */
export type LogCaller = ThreadCaller<LogCalls>;
