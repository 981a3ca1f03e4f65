/** Bounds of what a partition takes, remembers and lets handlers do. */
import { day, integer, mebibyte } from "./setting.js";

export const partitionSettings = {
  mailboxLimit: integer("mailboxLimit", {
    min: 1,
    max: 1_000_000,
    default: 1_000,
    text: "Requests that may wait for one partition; above it 503 MAILBOX_FULL.",
  }),
  maxCallBytes: integer("maxCallBytes", {
    min: 1_024,
    max: 256 * mebibyte,
    default: 8 * mebibyte,
    text: "Bytes that one call of a handler may write; above it 413 BATCH_TOO_LARGE and nothing of it is written.",
  }),
  maxBatchBytes: integer("maxBatchBytes", {
    min: 1_024,
    max: 256 * mebibyte,
    default: mebibyte,
    text: "Bytes after which the calls that wait are no longer gathered into one append of a partition.",
  }),
  idempotencyWindowMs: integer("idempotencyWindowMs", {
    min: 1_000,
    max: day,
    default: 600_000,
    text: "How long the answer to a write with an `Idempotency-Key` is remembered, in milliseconds since its first attempt.",
  }),
  idempotencyLimit: integer("idempotencyLimit", {
    min: 1,
    max: 100_000_000,
    default: 1_000_000,
    text: "Answers that one partition remembers; above it writes with a key get 503 IDEMPOTENCY_FULL.",
  }),
  stallMs: integer("stallMs", {
    min: 100,
    max: day,
    default: 10_000,
    text: "How long a handler may block the event loop, in milliseconds, before the watchdog names it and ends the process.",
  }),
} as const;
