/** One call over HTTP: attempts under one deadline, each write under one idempotency key. */
import { type Clock, sleep } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import {
  answeredFailure,
  appliedFact,
  type CallSubject,
  connectionFailure,
  type RawAnswer,
  withUnknown,
} from "./failure.js";
import { ServerTime } from "./server-time.js";
import type { CallOptions, ClientOptions } from "./types.js";

/** What a call sends. */
export interface Call extends CallSubject {
  /** Path and query below the client's URL. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Statuses of refusals that are answers to this call: 404 of a get. */
  readonly takes?: readonly number[] | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly options?: CallOptions | undefined;
}

const defaultTimeoutMs = 30_000;
const defaultAttempts = 30;
const defaultFirstDelayMs = 50;
const defaultLongestDelayMs = 2_000;
/** Longs as text, so that the platform's own JSON.parse reads them exactly. */
const accepted = "application/json; longs=string";

/** See the head of the file. */
export class Transport {
  readonly #options: ClientOptions;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #time: ServerTime;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: ClientOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#url = options.url.replace(/\/+$/, "");
    this.#clock = clock;
    this.#random = random;
    this.#time = new ServerTime(clock, random);
  }

  /** The answer, where it is a success or in `takes`. @throws AffinityError for every other; the signal's reason. */
  async call(call: Call): Promise<RawAnswer> {
    if (this.#isClosed) {
      throw new AffinityError("CONNECTION_FAILED", `${call.method} ${call.path}: the client is closed`, {
        retry: "never",
        ...appliedFact(call, "no"),
      });
    }
    const running = this.#run(call);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** Refuses new calls; resolves when those under way have settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }

  async #run(call: Call): Promise<RawAnswer> {
    const { signal, timeoutMs = this.#options.timeoutMs ?? defaultTimeoutMs } = call.options ?? {};
    signal?.throwIfAborted();
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    const timer = this.#clock.after(timeoutMs, () => controller.abort(), { unref: true });
    try {
      return await this.#attempts(call, controller.signal, this.#clock.monotonic() + timeoutMs);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #attempts(call: Call, signal: AbortSignal, deadlineMs: number): Promise<RawAnswer> {
    const { attempts = defaultAttempts } = this.#options.retry ?? {};
    let key = call.isWrite ? (call.idempotencyKey ?? this.#time.key()) : undefined;
    // The first key may carry the time of a clock that is wrong: nobody has told the right one yet.
    let mayRenew = call.isWrite && call.idempotencyKey === undefined && !this.#time.isKnown;
    let isUnknown = false;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(call, key, signal);
      if (!(outcome instanceof AffinityError)) return outcome;
      if (outcome.code === "IDEMPOTENCY_EXPIRED" && mayRenew) {
        mayRenew = false;
        key = this.#time.key();
        continue;
      }
      mayRenew = false;
      // A definite answer to a later attempt is one for all: they have the same key. A fault leaves open what came before.
      const isDefinite = outcome.status < 500 && outcome.code !== "CONNECTION_FAILED";
      const error = isUnknown && !isDefinite ? withUnknown(outcome) : outcome;
      isUnknown ||= call.isWrite && outcome.applied !== "no";
      const delayMs = this.#delay(attempt, outcome.retryAfterS);
      const isLate = signal.aborted || this.#clock.monotonic() + delayMs >= deadlineMs;
      if (outcome.retry === "never" || attempt >= attempts || isLate) throw error;
      await sleep(this.#clock, delayMs, signal).catch(() => {
        throw error;
      });
    }
  }

  async #attempt(call: Call, key: string | undefined, signal: AbortSignal): Promise<RawAnswer | AffinityError> {
    const { headers: own, fetch: send = fetch } = this.#options;
    const headers: Record<string, string> = {
      ...(typeof own === "function" ? await own() : own),
      accept: accepted,
      ...call.headers,
    };
    if (call.body !== undefined) headers["content-type"] = "application/json";
    if (key !== undefined) headers["idempotency-key"] = key;
    let answer: RawAnswer;
    try {
      const response = await send(this.#url + call.path, {
        method: call.method,
        headers,
        signal,
        ...(call.body !== undefined && { body: call.body }),
      });
      this.#time.learn(response.headers.get("date"));
      answer = { status: response.status, headers: response.headers, text: await response.text() };
    } catch (cause) {
      return signal.aborted ? this.#timeout(call) : connectionFailure(call, cause);
    }
    if ((answer.status >= 200 && answer.status < 300) || call.takes?.includes(answer.status) === true) return answer;
    return answeredFailure(call, answer);
  }

  #timeout(call: Call): AffinityError {
    const detail = `${call.method} ${call.path}: no answer within the call's time; give it more, or find out what is slow`;
    return new AffinityError("ASK_TIMEOUT", detail, appliedFact(call, "unknown"));
  }

  // Full jitter (Brooker, "Exponential Backoff And Jitter"): callers that failed together do not come back together.
  #delay(attempt: number, retryAfterS = 0): number {
    const { firstDelayMs = defaultFirstDelayMs, longestDelayMs = defaultLongestDelayMs } = this.#options.retry ?? {};
    const ceilingMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 30));
    return retryAfterS * 1_000 + this.#random.next() * ceilingMs;
  }
}
