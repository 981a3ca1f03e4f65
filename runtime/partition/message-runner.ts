/** Calls the user's handlers, one at a time, and decides what becomes of each call. */
import type { Clock } from "../core/clock.js";
import { type AffinityError, isAffinityError, messageOf, stackOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Batch, Write } from "./batch.js";
import type { MessageCall } from "./call.js";
import type { PartitionErrors } from "./errors.js";
import { HandlerRun, type HandlerRunParts } from "./handler-run.js";
import type { HandlerWatch } from "./handler-watch.js";
import type { PartitionLimits } from "./limits.js";
import type { View } from "./view.js";

export interface MessageRunnerParts extends HandlerRunParts {
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errors: PartitionErrors;
  readonly watch: HandlerWatch;
  /** Sees to it that `expire` is called at this time of the monotonic clock. */
  readonly dueAt: (deadline: number) => void;
}

/** What the runner tells its tenure. */
export interface MessageRunnerOwner {
  /** The call has run; its writes are to be made durable. */
  wrote(call: MessageCall, writes: readonly Write[], bytes: number): void;
  /** The call has run and wrote nothing, or is refused; `newest` is the newest pending batch that it read from. */
  concluded(call: MessageCall, newest: Batch | undefined): void;
  /** The call has failed; nothing of it is kept. */
  failed(call: MessageCall, error: AffinityError): void;
  /** What it read was undone meanwhile. */
  ranInVain(call: MessageCall): void;
  /** No handler runs any more. */
  idle(): void;
}

export class MessageRunner {
  readonly #parts: MessageRunnerParts;
  readonly #owner: MessageRunnerOwner;
  #running: HandlerRun | undefined;

  constructor(parts: MessageRunnerParts, owner: MessageRunnerOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  /** The run that is under way. */
  get running(): HandlerRun | undefined {
    return this.#running;
  }

  /** Calls the handler. It may be done when this returns. */
  run(call: MessageCall, view: View): void {
    const { clock, limits, errors, watch } = this.#parts;
    const deadline = clock.monotonic() + limits.handlerTimeoutMs;
    let run: HandlerRun;
    try {
      run = new HandlerRun(this.#parts, call, view, clock.now(), deadline);
    } catch (error) {
      this.#owner.failed(call, asError(error, errors));
      return;
    }
    this.#running = run;
    watch.started(call.message.index, call.address.serialized);
    let result: unknown;
    try {
      result = run.start();
    } catch (error) {
      this.#threw(run, error);
      return;
    }
    if (isThenable(result)) {
      this.#parts.dueAt(deadline);
      Promise.resolve(result).then(
        (value) => this.#returned(run, value),
        (error: unknown) => this.#threw(run, error),
      );
    } else this.#returned(run, result);
  }

  /** Ends the run that is under way when its time is over. */
  expire(now: number): void {
    const run = this.#running;
    if (run === undefined || run.deadline > now) return;
    const { limits, errors } = this.#parts;
    this.#leave(run, `took longer than ${limits.handlerTimeoutMs} ms`);
    this.#owner.failed(run.call, errors.handlerTimeout(run.call.message.name, limits.handlerTimeoutMs));
    this.#owner.idle();
  }

  /** Ends the run that is under way without telling anybody; returns its call. */
  abandon(): MessageCall | undefined {
    const run = this.#running;
    if (run !== undefined) this.#leave(run, "lost its partition");
    return run?.call;
  }

  #returned(run: HandlerRun, value: unknown): void {
    // It took too long, or the partition has lost its mastership: nobody waits for it.
    if (this.#running !== run) return;
    this.#leave(run, "had returned");
    try {
      run.call.reply = run.encodeReply(value);
      run.call.replySchema = run.call.message.replySchema;
      this.#conclude(run);
    } catch (error) {
      this.#failed(run.call, asError(error, this.#parts.errors));
    }
    this.#owner.idle();
  }

  #conclude({ call, view, bytes, writes }: HandlerRun): void {
    const { limits, errors } = this.#parts;
    const replyBytes = call.reply?.length ?? 0;
    if (view.isUndone) this.#owner.ranInVain(call);
    else if (writes.length === 0) this.#owner.concluded(call, view.newest);
    else if (call.idempotency !== undefined && replyBytes > limits.maxReplyBytes)
      this.#owner.failed(
        call,
        errors.callTooLarge(
          `the reply of ${call.message.name} has ${replyBytes} bytes, and with an idempotency key it is remembered`,
          `${limits.maxReplyBytes} bytes`,
        ),
      );
    else this.#owner.wrote(call, writes, bytes);
  }

  #threw(run: HandlerRun, thrown: unknown): void {
    if (this.#running !== run) return;
    this.#leave(run, "had returned");
    const error = run.failure(thrown);
    if (error.code === "HANDLER_FAILED") this.#failed(run.call, error);
    else if (run.view.isUndone) this.#owner.ranInVain(run.call);
    else {
      run.call.refusal = error;
      this.#owner.concluded(run.call, run.view.newest);
    }
    this.#owner.idle();
  }

  #leave(run: HandlerRun, reason: string): void {
    this.#running = undefined;
    this.#parts.watch.ended();
    run.revoke(reason);
  }

  /** The cause goes into the log, with its stack; the caller gets what the error says. */
  #failed(call: MessageCall, error: AffinityError): void {
    const { logger, plan, partition } = this.#parts;
    const { cause = error } = error;
    logger.error(
      {
        keyspace: plan.name,
        partition,
        message: call.message.name,
        error: stackOf(cause),
      },
      error.message,
    );
    this.#owner.failed(call, error);
  }
}

function asError(error: unknown, errors: PartitionErrors): AffinityError {
  if (isAffinityError(error)) return error;
  return errors.make("INTERNAL", messageOf(error), { applied: "no", cause: error });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
