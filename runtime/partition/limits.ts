/** Every bound of a partition, with its default and what is answered when it is reached. */

export interface PartitionLimits {
  /** Calls of one partition that are accepted and not yet settled; above it MAILBOX_FULL. */
  readonly mailboxLimit: number;
  /** Bytes of requests and values of those calls; above it MAILBOX_FULL. */
  readonly mailboxBytes: number;
  /** Bytes of keys and values that one call may write; above it BATCH_TOO_LARGE. */
  readonly maxCallBytes: number;
  /** Records that one call may write; above it BATCH_TOO_LARGE. */
  readonly maxCallRecords: number;
  /** Bytes after which no further call joins a batch. */
  readonly maxBatchBytes: number;
  /** Records after which no further call joins a batch. */
  readonly maxBatchRecords: number;
  /** Bytes of the reply of a write with an idempotency key; above it BATCH_TOO_LARGE. */
  readonly maxReplyBytes: number;
  /** How long the answers of keyed writes are remembered, ms. */
  readonly idempotencyWindowMs: number;
  /** Answers that one partition remembers; above it IDEMPOTENCY_FULL. */
  readonly idempotencyLimit: number;
  /** Time that a handler may take, ms; above it HANDLER_TIMEOUT. */
  readonly handlerTimeoutMs: number;
  /** How long a stop waits for accepted calls, ms; what is left then gets SHUTTING_DOWN. */
  readonly drainMs: number;
  /** How often a log is looked at of which the changelog has told nothing, ms: a net below what it tells. */
  readonly idleLookMs: number;
  /** From a look at a log that has grown to the next, ms: the first pause, and the longest while looks find nothing of others. */
  readonly followFirstMs: number;
  readonly followLongestMs: number;
  /** Bytes that a restore reads from the log at once. */
  readonly restoreSliceBytes: number;
  /** Records that a restore applies before it lets others run. */
  readonly restoreSliceRecords: number;
  /** Waits between attempts to reach a changelog that does not answer, ms: the first, and the longest. */
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
}

export const defaultLimits: PartitionLimits = {
  mailboxLimit: 1_000,
  mailboxBytes: 64 * 1024 * 1024,
  maxCallBytes: 8 * 1024 * 1024,
  maxCallRecords: 10_000,
  maxBatchBytes: 1024 * 1024,
  maxBatchRecords: 10_000,
  maxReplyBytes: 256 * 1024,
  idempotencyWindowMs: 600_000,
  idempotencyLimit: 1_000_000,
  handlerTimeoutMs: 5_000,
  drainMs: 10_000,
  idleLookMs: 30_000,
  followFirstMs: 20,
  followLongestMs: 500,
  restoreSliceBytes: 512 * 1024,
  restoreSliceRecords: 2_000,
  retryFirstMs: 50,
  retryLongestMs: 2_000,
};
