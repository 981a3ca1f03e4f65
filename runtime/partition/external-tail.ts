/** Follows the topics that others write, for as long as the partition has a master; nothing of ours depends on their pace. */
import type { Changelog } from "../changelog/changelog.js";
import { type Clock, sleep } from "../core/clock.js";
import { isAffinityError } from "../core/errors.js";
import { Backoff } from "./backoff.js";
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
    for (const store of this.#parts.plan.stores) if (store.isExternal) void this.#follow(store);
  }

  end(): void {
    this.#stop.abort();
  }

  async #follow(store: StorePlan): Promise<void> {
    const { clock, limits, random } = this.#parts;
    const { signal } = this.#stop;
    let backoff = new Backoff(limits, clock);
    while (!signal.aborted) {
      try {
        await this.#readOn(store, signal);
        backoff = new Backoff(limits, clock);
        // Partitions that were opened together shall not look together.
        await sleep(clock, limits.externalLookMs * (0.5 + random() / 2), signal);
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

  /** Applies what is there. Of one topic alone each slice is taken and made visible in one turn, beside all other readers. */
  async #readOn(store: StorePlan, signal: AbortSignal): Promise<void> {
    const { changelog, partition, plan, restored } = this.#parts;
    const { progress, reader } = restored;
    const fromOffset = progress.offset(store.index);
    const end = await endOf(changelog, { topic: store.topic, partition, fromOffset, signal });
    if (end <= fromOffset) return;
    await reader.readTo({ ends: plan.stores.map(({ index }) => (index === store.index ? end : 0n)), signal });
  }
}

function mayPass(error: unknown): error is Error {
  return isAffinityError(error) && ["CHANGELOG_UNAVAILABLE", "REGISTRY_UNAVAILABLE"].includes(error.code);
}
