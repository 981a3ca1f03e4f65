/** Follows the topics that others write, for as long as the partition has a master; nothing of ours depends on their pace. */
import type { Changelog } from "../changelog/changelog.js";
import type { Clock } from "../core/clock.js";
import { isAffinityError } from "../core/errors.js";
import { Backoff } from "./backoff.js";
import { FollowPace, grownOrDue } from "./follow.js";
import type { PartitionLimits } from "./limits.js";
import { endOf } from "./log-reader.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import type { Restored } from "./restore.js";

export interface ExternalTailParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly changelog: Changelog;
  readonly restored: Restored;
  readonly random: () => number;
}

export interface ExternalTailOwner {
  /** Somebody does not answer for now. */
  complain(error: Error): void;
  /** Reading cannot go on. */
  broken(error: unknown): void;
}

export class ExternalTail {
  readonly #parts: ExternalTailParts;
  readonly #owner: ExternalTailOwner;
  readonly #stop = new AbortController();

  constructor(parts: ExternalTailParts, owner: ExternalTailOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  begin(): void {
    for (const store of this.#parts.plan.externalStores) void this.#follow(store);
  }

  end(): void {
    this.#stop.abort();
  }

  async #follow(store: StorePlan): Promise<void> {
    const { clock, limits, partition, restored } = this.#parts;
    const { signal } = this.#stop;
    const pace = new FollowPace(this.#parts);
    const { topic, index } = store;
    let backoff = new Backoff(limits, clock);
    // Of the restore; behind what it has read when the log has lost its end since.
    let endOffset = restored.progress.offset(index);
    const incarnation = restored.progress.incarnation(topic);
    while (!signal.aborted) {
      try {
        await grownOrDue(this.#parts, [{ topic, partition, endOffset, incarnation }], signal);
        const before = restored.progress.offset(index);
        endOffset = await this.#readOn(store, signal);
        backoff = new Backoff(limits, clock);
        await pace.pause(endOffset > before, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!mayPass(error)) {
          this.#owner.broken(error);
          return;
        }
        this.#owner.complain(error);
        await backoff.wait(signal);
      }
    }
  }

  /** Applies what is there, and gives the end. Of one topic alone each slice is taken and made visible in one turn, beside all other readers. */
  async #readOn(store: StorePlan, signal: AbortSignal): Promise<bigint> {
    const { changelog, partition, plan, restored } = this.#parts;
    const { progress, reader } = restored;
    const fromOffset = progress.offset(store.index);
    const incarnation = progress.incarnation(store.topic);
    const end = await endOf(changelog, { topic: store.topic, partition, fromOffset, incarnation, signal });
    if (end > fromOffset)
      await reader.readTo({ ends: plan.stores.map(({ index }) => (index === store.index ? end : 0n)), signal });
    return end;
  }
}

function mayPass(error: unknown): error is Error {
  return isAffinityError(error) && ["CHANGELOG_UNAVAILABLE", "REGISTRY_UNAVAILABLE"].includes(error.code);
}
