/**
 * Looks now and then at the topics in use, whose partitions and settings somebody may change: what is acknowledged is worth
 * as much as they say, and brokers tell of a change only whom it stops.
 */
import { type Clock, sleep } from "../../core/clock.js";
import { isAffinityError, messageOf } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { TopicSpec } from "../changelog.js";
import { topicConflict } from "../topics.js";
import type { KafkaCluster } from "./cluster.js";
import { kafkaCodes } from "./error-codes.js";

/** From one look at the number of partitions to the next, ms. */
export const topicLookMs = 10_000;
/** Of these looks, one is at settings too: it takes a connection of its own. */
const settingsEvery = 6;

export interface TopicWatchParts {
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookMs: number;
  /** Sets back what differs. @throws CONFIG_INVALID where brokers refuse, CHANGELOG_UNAVAILABLE */
  readonly setBack: (specs: readonly TopicSpec[]) => Promise<void>;
  /** A topic of others has another number of partitions now. */
  readonly onResized: (topic: string) => void;
}

export class TopicWatch {
  readonly #parts: TopicWatchParts;
  readonly #specs = new Map<string, TopicSpec>();
  /** By topic, what was told last: it is not told again until it changes. */
  readonly #told = new Map<string, string>();
  readonly #closed = new AbortController();
  #isUnderWay = false;

  constructor(parts: TopicWatchParts) {
    this.#parts = parts;
  }

  /** Begins with them. */
  watch(specs: readonly TopicSpec[]): void {
    for (const spec of specs) this.#specs.set(spec.name, spec);
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    const { clock, lookMs } = this.#parts;
    const { signal } = this.#closed;
    for (let looks = 1; !signal.aborted; looks += 1) {
      await sleep(clock, lookMs, signal, { unref: true }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#look(looks % settingsEvery === 0).catch((error: unknown) => this.#missed(error));
    }
  }

  async #look(isAtSettings: boolean): Promise<void> {
    const { cluster, setBack, onResized } = this.#parts;
    await cluster.lookAgain();
    const there = [...this.#specs.values()].filter(({ name }) => cluster.topic(name)?.code === kafkaCodes.NONE);
    for (const spec of there) {
      const found = cluster.topic(spec.name)?.partitions.length ?? spec.partitions;
      if (found === spec.partitions) this.#told.delete(spec.name);
      else if (spec.isExternal === true) onResized(spec.name);
      else this.#tell(spec.name, topicConflict(spec, found).message, "the topic has another number of partitions now");
    }
    const own = there.filter(({ isExternal }) => isExternal !== true);
    if (!isAtSettings || own.length === 0 || this.#closed.signal.aborted) return;
    try {
      await setBack(own);
      this.#told.delete("");
    } catch (error) {
      if (!isAffinityError(error) || error.code !== "CONFIG_INVALID") throw error;
      this.#tell("", messageOf(error), "a topic's settings were changed, and cannot be set back");
    }
  }

  #missed(error: unknown): void {
    // Brokers that do not answer are told of by whoever reads or writes.
    const isTold = isAffinityError(error) && error.code === "CHANGELOG_UNAVAILABLE";
    if (!isTold && !this.#closed.signal.aborted)
      this.#tell("", messageOf(error), "the topics in use could not be looked at");
  }

  #tell(topic: string, reason: string, text: string): void {
    if (this.#told.get(topic) === reason) return;
    this.#told.set(topic, reason);
    this.#parts.logger.error({ reason, ...(topic === "" ? {} : { topic }) }, text);
  }
}
