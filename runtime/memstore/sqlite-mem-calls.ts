/** What the embedded memstore asks of its writer thread. */

import type { PackedGroup } from "./flush-group.js";

/** A partition as the file holds it. */
export interface PartitionState {
  readonly partition: number;
  /** Ids in the order asked for. */
  readonly stores: readonly number[];
  readonly checkpoint: string | null;
  readonly answers: number;
  /** Latest time of a remembered answer. */
  readonly newestAnswer: number | null;
}

/** A partition, by name. */
export interface PartitionName {
  readonly keyspace: string;
  readonly partition: number;
  readonly stores: readonly string[];
}

/** Calls of the writer thread. */
export type MemCalls = {
  /** Opens the file. */
  readonly start: { readonly request: { readonly path: string; readonly walPages?: number }; readonly reply: null };
  readonly open: { readonly request: PartitionName; readonly reply: PartitionState };
  /**
   * Writes a group of layers in one transaction, the same again without further effect. Answers how many answers the file has
   * of each partition then.
   */
  readonly flush: {
    readonly request: { readonly group: PackedGroup };
    readonly reply: ReadonlyMap<number, number>;
  };
  /** Empties a partition; it gets new ids. */
  readonly clear: { readonly request: PartitionName; readonly reply: PartitionState };
  readonly close: { readonly request: null; readonly reply: null };
};
