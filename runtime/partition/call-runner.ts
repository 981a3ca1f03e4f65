/**
 * Runs a call whose turn has come, by its kind: a put or delete at once, a message in its handler, a repair with what there is
 * to repair. A retry does not run: it gets what becomes of its first attempt.
 */
import type { AffinityError } from "../core/errors.js";
import type { PartitionStore } from "../memstore/memstore.js";
import { type Batch, Write } from "./batch.js";
import { type Call, MessageCall, type Outcome, RepairCall, WriteCall } from "./call.js";
import { unmetCondition } from "./conditions.js";
import type { PartitionErrors } from "./errors.js";
import type { PartitionLimits } from "./limits.js";
import type { MessageRunner } from "./message-runner.js";
import type { Overlay } from "./overlay.js";
import type { KeyspacePlan } from "./plan.js";
import type { Repairs } from "./repairs.js";
import type { Retries } from "./retries.js";
import { View } from "./view.js";

export interface CallRunnerParts {
  readonly plan: KeyspacePlan;
  readonly limits: PartitionLimits;
  readonly errors: PartitionErrors;
  readonly store: PartitionStore;
  readonly overlay: Overlay;
  readonly retries: Retries;
  readonly repairs: Repairs;
  readonly messages: MessageRunner;
}

/** What the runner tells its tenure. */
export interface CallRunnerOwner {
  /** The call has run; its writes are to be made durable. */
  wrote(call: Call, writes: readonly Write[], bytes: number): void;
  /** The call has run and wrote nothing, or is refused; `newest` is the newest pending batch that it read from. */
  concluded(call: Call, newest: Batch | undefined): void;
  /** The call has failed; nothing of it is kept. */
  failed(call: Call, error: AffinityError): void;
  /** The call need not run: what its first attempt came to is durable. */
  settle(call: Call, outcome: Outcome): void;
}

/** See the head of the file. */
export class CallRunner {
  readonly #parts: CallRunnerParts;
  readonly #owner: CallRunnerOwner;

  constructor(parts: CallRunnerParts, owner: CallRunnerOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  /** The owner is told before this returns, except of a message whose handler is still under way. Throws what the memstore throws. */
  run(call: Call): void {
    if (call.idempotency !== undefined && call.isWrite && !this.#isFirstAttempt(call)) return;
    if (call instanceof WriteCall) this.#write(call);
    else if (call instanceof MessageCall) this.#message(call);
    else if (call instanceof RepairCall) this.#repair(call);
    // A read that was held: it is told that it may ask again.
    else this.#owner.concluded(call, undefined);
  }

  #isFirstAttempt(call: Call): boolean {
    if (call.idempotency === undefined) return true;
    const verdict = this.#parts.retries.verdict(call.idempotency);
    switch (verdict.is) {
      case "first":
        return true;
      case "refused":
        this.#owner.failed(call, verdict.error);
        return false;
      case "pending":
        call.phase = "held";
        verdict.attempt.followers ??= [];
        verdict.attempt.followers.push(call);
        return false;
      case "answered": {
        // It tells what was durable long ago, and so needs no lease.
        const { position, existed, reply, replySchema } = verdict.answer;
        this.#owner.settle(call, { position, wrote: true, existed, reply, replySchema });
        return false;
      }
    }
  }

  #write(call: WriteCall): void {
    const { plan, limits, errors, store, overlay } = this.#parts;
    const { exposed } = plan;
    if (exposed === undefined) {
      const error = errors.make("ROUTE_NOT_FOUND", `${plan.name} has no store of its own name`, { applied: "no" });
      this.#owner.failed(call, error);
      return;
    }
    const { address, value, conditions } = call;
    const view = new View(store, overlay);
    const seen = call.isBlind ? undefined : view.get(exposed, address.ordered);
    call.existed = seen !== undefined;
    const unmet = unmetCondition(conditions, seen);
    if (unmet !== undefined) this.#refuse(call, view, errors.conditionFailed(unmet));
    else if (call.bytes > limits.maxCallBytes)
      this.#owner.failed(
        call,
        errors.callTooLarge(`the write has ${call.bytes} bytes`, `${limits.maxCallBytes} bytes`),
      );
    else if (value === null && seen === undefined) this.#owner.concluded(call, view.newest);
    else this.#owner.wrote(call, [new Write(exposed, address, value)], call.bytes);
  }

  #message(call: MessageCall): void {
    const { plan, store, overlay, errors, messages } = this.#parts;
    const view = new View(store, overlay);
    const { ifMatch, ifNoneMatch } = call.conditions;
    if ((ifMatch !== undefined || ifNoneMatch !== undefined) && plan.exposed !== undefined) {
      const unmet = unmetCondition(call.conditions, view.get(plan.exposed, call.address.ordered));
      if (unmet !== undefined) {
        this.#refuse(call, view, errors.conditionFailed(unmet));
        return;
      }
    }
    messages.run(call, view);
  }

  #repair(call: RepairCall): void {
    const { writes, bytes } = this.#parts.repairs.take();
    if (writes.length > 0) this.#owner.wrote(call, writes, bytes);
    else this.#owner.concluded(call, undefined);
  }

  #refuse(call: Call, view: View, error: AffinityError): void {
    call.refusal = error;
    this.#owner.concluded(call, view.newest);
  }
}
