/** What is asked of a partition and not yet settled. */
import type { AffinityError } from "../core/errors.js";
import type {
  CallOptions,
  Conditions,
  Idempotency,
  KeyAddress,
  MessageAnswer,
  Position,
  WriteAnswer,
  WriteOptions,
} from "../state/access.js";
import type { MessagePlan } from "./plan.js";

/** What a call came to, apart from its place in the log. */
export interface Outcome {
  /** Of the write; where nothing was written, up to where the log was applied. */
  readonly position: Position;
  readonly wrote: boolean;
  readonly existed: boolean;
  readonly reply: Uint8Array | undefined;
  /** Of a reply that was remembered: the id of its schema. */
  readonly replySchema?: number | undefined;
}

/**
 * - `waiting`: in the mailbox; may still be dropped, and then certainly never runs
 * - `running`: its handler runs
 * - `held`: it has run; its answer waits until all that it read or wrote is durable
 * - `settled`: what became of it is known
 */
export type CallPhase = "waiting" | "running" | "held" | "settled";

/**
 * One call. Its caller may be answered before it is settled: when the deadline passes while the append is under way, the
 * caller learns `unknown`, and a retry still waits for what really becomes of it.
 */
export abstract class Call {
  /** By the monotonic clock, ms. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly idempotency: Idempotency | undefined;
  /** Bytes that it keeps in memory, about. */
  readonly bytes: number;
  phase: CallPhase = "waiting";
  isAnswered = false;
  /** Retries that came while this, the first attempt, was held. */
  followers: Call[] | undefined;
  /** Set when it has run without fault. */
  existed = false;
  reply: Uint8Array | undefined;
  replySchema: number | undefined;
  /** Set when it has run and is refused; the refusal is held like any answer. */
  refusal: AffinityError | undefined;
  /** Its records in the batch that it joined. */
  firstWrite = 0;
  writeCount = 0;

  constructor(options: CallOptions & { readonly idempotency?: Idempotency }, now: number, bytes: number) {
    this.deadline = now + options.timeoutMs;
    this.signal = options.signal;
    this.idempotency = options.idempotency;
    this.bytes = bytes;
  }

  /** Whether it changes something: errors of others do not speak of `applied`. */
  abstract readonly isWrite: boolean;

  /** Ends the call and the retries that follow it. */
  settle(outcome: Outcome): void {
    this.phase = "settled";
    if (!this.isAnswered) {
      this.isAnswered = true;
      this.resolve(outcome);
    }
    if (this.followers !== undefined) for (const follower of this.followers) follower.settle(outcome);
  }

  /** Ends the call and the retries that follow it. */
  fail(error: AffinityError): void {
    this.phase = "settled";
    this.refuseCaller(error);
    if (this.followers !== undefined) for (const follower of this.followers) follower.fail(error);
  }

  /** Answers the caller alone; what becomes of the call stays open. */
  refuseCaller(error: AffinityError): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.reject(error);
  }

  protected abstract resolve(outcome: Outcome): void;
  protected abstract reject(error: AffinityError): void;
}

/** A call whose caller waits for a promise. */
abstract class AskedCall<A> extends Call {
  readonly promise: Promise<A>;
  #resolve!: (answer: A) => void;
  #reject!: (error: AffinityError) => void;

  constructor(options: CallOptions & { readonly idempotency?: Idempotency }, now: number, bytes: number) {
    super(options, now, bytes);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected resolve(outcome: Outcome): void {
    this.#resolve(this.answer(outcome));
  }

  protected reject(error: AffinityError): void {
    this.#reject(error);
  }

  /** What the caller is told. */
  protected abstract answer(outcome: Outcome): A;
}

/** A put, or a delete when there is no value. */
export class WriteCall extends AskedCall<WriteAnswer> {
  readonly isWrite = true;
  readonly address: KeyAddress;
  /** Confluent-framed; null deletes. */
  readonly value: Uint8Array | null;
  readonly conditions: Conditions;
  /** A put with nothing to look up before it. */
  readonly isBlind: boolean;

  constructor(address: KeyAddress, value: Uint8Array | null, options: WriteOptions, now: number) {
    super(options, now, address.serialized.length + (value === null ? 0 : value.length));
    this.address = address;
    this.value = value;
    this.conditions = options;
    const { ifMatch, ifNoneMatch } = options;
    this.isBlind = options.isBlind === true && value !== null && ifMatch === undefined && ifNoneMatch === undefined;
  }

  protected answer({ position, existed }: Outcome): WriteAnswer {
    return { position, existed };
  }
}

/** A message to the handler. */
export class MessageCall extends AskedCall<MessageAnswer> {
  readonly isWrite: boolean;
  readonly address: KeyAddress;
  readonly message: MessagePlan;
  /** Avro binary without frame. */
  readonly request: Uint8Array | undefined;
  readonly conditions: Conditions;

  constructor(
    address: KeyAddress,
    message: MessagePlan,
    request: Uint8Array | undefined,
    options: WriteOptions,
    now: number,
  ) {
    super(options, now, address.serialized.length + (request === undefined ? 0 : request.length));
    this.isWrite = message.isWrite;
    this.address = address;
    this.message = message;
    this.request = request;
    this.conditions = options;
  }

  protected answer({ position, wrote, reply, replySchema }: Outcome): MessageAnswer {
    return {
      ...(reply === undefined ? {} : { reply }),
      ...(replySchema === undefined ? {} : { replySchema }),
      ...(wrote ? { position } : {}),
    };
  }
}

/** A read that came while the partition could not answer: tells when it can again. */
export class HeldRead extends AskedCall<void> {
  readonly isWrite = false;

  constructor(options: CallOptions, now: number) {
    super(options, now, 0);
  }

  protected answer(): void {}
}

/** The master's own work: writes again the rows whose newest record every reader ignores. */
export class RepairCall extends Call {
  readonly isWrite = true;

  constructor() {
    super({ timeoutMs: Number.POSITIVE_INFINITY }, 0, 0);
  }

  protected resolve(): void {}

  protected reject(): void {}
}
