/** Which keyed writes were made already (semantics P5): those whose outcome is awaited, and the remembered answers. */
import type { Clock } from "../core/clock.js";
import type { AffinityError } from "../core/errors.js";
import type { PartitionStore } from "../memstore/memstore.js";
import type { Idempotency } from "../state/access.js";
import { decodeRemembered, type RememberedAnswer, sameFingerprint } from "../state/idempotency.js";
import type { Call } from "./call.js";
import type { PartitionErrors } from "./errors.js";
import type { PartitionLimits } from "./limits.js";
import { TransientMap } from "./transient-map.js";

/** What to do with a keyed call whose turn has come. */
export type RetryVerdict =
  | { readonly is: "first" }
  | { readonly is: "refused"; readonly error: AffinityError }
  /** Its first attempt is held: it gets the same outcome. */
  | { readonly is: "pending"; readonly attempt: Call }
  | { readonly is: "answered"; readonly answer: RememberedAnswer };

const first: RetryVerdict = { is: "first" };

/** The table is pruned when this part of the window has passed since the last time. */
const pruneParts = 10;

export class Retries {
  readonly #store: PartitionStore;
  readonly #limits: PartitionLimits;
  readonly #clock: Clock;
  readonly #errors: PartitionErrors;
  /** First attempts that have run and are held, by key. */
  readonly #attempts = new TransientMap<string, Call>();
  #prunedAt: number;

  constructor(parts: {
    readonly store: PartitionStore;
    readonly limits: PartitionLimits;
    readonly clock: Clock;
    readonly errors: PartitionErrors;
  }) {
    this.#store = parts.store;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#errors = parts.errors;
    this.#prunedAt = parts.clock.now();
  }

  /** Decides about a call whose turn has come. Calls run one at a time, so an earlier attempt is held or done by now. */
  verdict({ key, request, time }: Idempotency): RetryVerdict {
    const now = this.#clock.now();
    this.#prune(now);
    if (time !== undefined && time < now - this.#limits.idempotencyWindowMs) return this.#expired(key);
    const attempt = this.#attempts.get(key);
    if (attempt?.idempotency !== undefined)
      return sameFingerprint(attempt.idempotency.request, request) ? { is: "pending", attempt } : this.#mismatch(key);
    const entry = this.#store.answer(key);
    if (entry !== undefined) {
      const answer = decodeRemembered(entry.answer);
      return sameFingerprint(answer.fingerprint, request) ? { is: "answered", answer } : this.#mismatch(key);
    }
    return this.#store.answerCount + this.#attempts.size >= this.#limits.idempotencyLimit ? this.#full() : first;
  }

  /** A first attempt is held from now on. */
  begin(call: Call): void {
    if (call.idempotency !== undefined) this.#attempts.set(call.idempotency.key, call);
  }

  /** What became of it is known. */
  end(call: Call): void {
    if (call.idempotency !== undefined) this.#attempts.remove(call.idempotency.key, call);
  }

  /**
   * From when an answer is remembered: the write, or the time in the key where that is later, as by a client whose clock is
   * ahead; at most by one window, so that a key cannot stay for ever.
   */
  firstAttemptTime(call: Call, writeTime: number): number {
    const claimed = Math.min(call.idempotency?.time ?? 0, writeTime + this.#limits.idempotencyWindowMs);
    return Math.max(writeTime, Math.floor(claimed));
  }

  /** Answers of first attempts before this time are forgotten, ms. */
  horizon(): number {
    return this.#clock.now() - this.#limits.idempotencyWindowMs;
  }

  #prune(now: number): void {
    const isFull = this.#store.answerCount + this.#attempts.size >= this.#limits.idempotencyLimit;
    const every = this.#limits.idempotencyWindowMs / (isFull ? pruneParts * pruneParts : pruneParts);
    if (now - this.#prunedAt < every && now >= this.#prunedAt) return;
    this.#prunedAt = now;
    this.#store.forgetAnswers(this.horizon());
  }

  #expired(key: string): RetryVerdict {
    return this.#refused(
      "IDEMPOTENCY_EXPIRED",
      `idempotency key ${shown(key)} is older than ${this.#limits.idempotencyWindowMs} ms, so its first attempt may have been made and forgotten; read the row to find out, and write with a new key`,
      { applied: "unknown" },
    );
  }

  #mismatch(key: string): RetryVerdict {
    return this.#refused(
      "IDEMPOTENCY_MISMATCH",
      `idempotency key ${shown(key)} came before with another method, path or body; use a new key for a new request`,
      { applied: "no" },
    );
  }

  #full(): RetryVerdict {
    return this.#refused(
      "IDEMPOTENCY_FULL",
      `${this.#limits.idempotencyLimit} answers of the last ${this.#limits.idempotencyWindowMs} ms are remembered, which is the bound; come again later, or raise idempotencyLimit`,
      { applied: "no", retryAfterS: Math.max(1, Math.ceil(this.#limits.idempotencyWindowMs / 1_000 / pruneParts)) },
    );
  }

  #refused(
    code: "IDEMPOTENCY_EXPIRED" | "IDEMPOTENCY_MISMATCH" | "IDEMPOTENCY_FULL",
    text: string,
    facts: { readonly applied: "no" | "unknown"; readonly retryAfterS?: number },
  ): RetryVerdict {
    return { is: "refused", error: this.#errors.make(code, text, facts) };
  }
}

function shown(key: string): string {
  return JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key);
}
