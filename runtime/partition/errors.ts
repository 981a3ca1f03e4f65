/** The texts of a partition's own errors. */
import { AffinityError, type ErrorCode, type ErrorFacts, isAffinityError, messageOf } from "../core/errors.js";
import type { Call } from "./call.js";
import type { PartitionState } from "./life-cycle.js";

/** Seconds after which a caller may come again. */
const retryAfterS = 1;

/** Failures whose text is for whoever runs the node; others may name files, and are for its log. */
const toldFailures: ReadonlySet<string> = new Set([
  "TOPIC_REPLACED",
  "CHECKPOINT_AHEAD",
  "CHANGELOG_DAMAGED",
  "CONFIG_INVALID",
]);

/** Whether a topic that was in use is gone, or another one stands in its place. */
export function isTopicReplaced(error: unknown): error is AffinityError {
  return isAffinityError(error) && error.code === "TOPIC_REPLACED";
}

/** Makes the errors of one partition. */
export class PartitionErrors {
  /** `accounts/3`: with what every text starts. */
  readonly subject: string;

  constructor(keyspace: string, partition: number) {
    this.subject = `${keyspace}/${partition}`;
  }

  make(code: ErrorCode | (string & {}), text: string, facts: ErrorFacts = {}): AffinityError {
    return new AffinityError(code, `${this.subject}: ${text}`, facts);
  }

  mailboxFull(call: Call, limit: number): AffinityError {
    return this.make("MAILBOX_FULL", `${limit} calls, or too many bytes of them, wait already; come again later`, {
      retryAfterS,
      ...applied(call, "no"),
    });
  }

  askTimeout(call: Call, has: "not run" | "run"): AffinityError {
    return has === "not run"
      ? this.make("ASK_TIMEOUT", "the call waited for its turn until its time was over; it is not run any more", {
          ...applied(call, "no"),
        })
      : this.make("ASK_TIMEOUT", "the call has run, but its write was not confirmed in time; it may take effect", {
          ...applied(call, "unknown"),
        });
  }

  handlerTimeout(message: string, limitMs: number): AffinityError {
    return this.make(
      "HANDLER_TIMEOUT",
      `handler ${message} was not done after ${limitMs} ms; what it wrote is dropped; make it faster or raise http.handlerTimeoutMs`,
      { applied: "no" },
    );
  }

  notMaster(call: Call, effect: "no" | "unknown"): AffinityError {
    return this.make("PARTITION_NOT_MASTER", "this node is not its master any more; ask again", {
      retryAfterS,
      ...applied(call, effect),
    });
  }

  unavailable(call: Call, cause: Error): AffinityError {
    return this.make(
      "CHANGELOG_UNAVAILABLE",
      `the changelog did not take the write, or one that it builds on; nothing of it was kept; ${reasonOf(cause)}`,
      { retryAfterS, cause, ...applied(call, "no") },
    );
  }

  /** For a call that comes while the partition does not serve. */
  notServing(state: PartitionState, failure: AffinityError | undefined, isWrite: boolean): AffinityError {
    const facts: ErrorFacts = { retryAfterS, ...(isWrite ? { applied: "no" } : {}) };
    switch (state) {
      case "stopping":
      case "stopped":
        return this.make("SHUTTING_DOWN", "the node is shutting down; ask another one, or later", facts);
      case "waiting":
        return failure === undefined
          ? this.make("PARTITION_NOT_READY", "it waits for a topic that others write", facts)
          : this.waiting(failure, isWrite ? { applied: "no" } : {});
      case "failed":
        return this.make("PARTITION_FAILED", this.#failureText(failure), isWrite ? { applied: "no" } : {});
      case "electing":
        return this.make("PARTITION_NOT_MASTER", "this node is not its master; ask again", facts);
      default:
        return this.make("PARTITION_NOT_READY", `it is ${state}; requests are answered as soon as it serves`, facts);
    }
  }

  drained(call: Call, effect: "no" | "unknown"): AffinityError {
    return this.make("SHUTTING_DOWN", "the node stopped before the call was done", {
      retryAfterS,
      ...applied(call, effect),
    });
  }

  broken(call: Call, effect: "no" | "unknown", cause: unknown): AffinityError {
    return this.make("PARTITION_FAILED", this.#failureText(this.fatal(cause)), { cause, ...applied(call, effect) });
  }

  /** What a partition fails with; of a topic of ours that is lost, with what to do. */
  fatal(error: unknown): AffinityError {
    return isTopicReplaced(error) ? this.topicLost(error) : this.failure(error);
  }

  failure(error: unknown): AffinityError {
    if (isAffinityError(error)) return error;
    return this.make("INTERNAL", messageOf(error), { cause: error });
  }

  /** A call that was accepted when a topic of others was found to be another one, or gone. */
  topicAway(call: Call, effect: "no" | "unknown", error: AffinityError): AffinityError {
    return this.waiting(error, applied(call, effect));
  }

  /** What is told while a topic of others is not there as it has to be; `error` says how. */
  waiting(error: AffinityError, facts: ErrorFacts = {}): AffinityError {
    const detail = `a topic that others write is not as it has to be, and nothing is served until it is: ${error.detail}`;
    return error.retry === "never" && !isTopicReplaced(error)
      ? this.make("PARTITION_FAILED", detail, { ...facts, cause: error })
      : this.make("PARTITION_NOT_READY", detail, { retryAfterS, ...facts, cause: error });
  }

  /**
   * A topic of ours is not the one that was written. It is never made or filled anew by itself: the memstore may hold the only
   * copy that is left.
   */
  topicLost(error: AffinityError): AffinityError {
    return this.make(
      "TOPIC_REPLACED",
      `${error.detail}; what was acknowledged in the former one is gone from the log, and nothing more is written; the ` +
        "memstore's file is kept and may be the last copy of its rows: stop the node, put the file aside, write the records " +
        "back into the topic where there is a copy of them, and start: the node goes on with what the topic then holds",
      { cause: error, ...(error.topic === undefined ? {} : { topic: error.topic }) },
    );
  }

  #failureText(failure: AffinityError | undefined): string {
    if (failure === undefined || !toldFailures.has(failure.code)) return "it has failed; the log of the node says why";
    return `it has failed (${failure.code}): ${failure.detail.replace(`${this.subject}: `, "")}`;
  }

  callTooLarge(what: string, limit: string): AffinityError {
    return this.make("BATCH_TOO_LARGE", `${what}; at most ${limit}; write less in one call`, { applied: "no" });
  }

  conditionFailed(text: string): AffinityError {
    return this.make("CONDITION_FAILED", text, { applied: "no" });
  }
}

function applied(call: Call, effect: "no" | "unknown"): { readonly applied?: "no" | "unknown" } {
  return call.isWrite ? { applied: effect } : {};
}

/** What the changelog says of itself, without the path of its file: that is for the log. */
function reasonOf(cause: Error): string {
  if (!isAffinityError(cause)) return "see the log of the node";
  const { detail } = cause;
  return detail.slice(detail.indexOf(": ") + 1).trim();
}
