/** What the topics of a keyspace are now. Those that others own may be replaced while they are read, and are looked up again. */
import type { Changelog, TopicInfo, TopicSpec } from "../changelog/changelog.js";
import { messageOf } from "../core/errors.js";
import type { Backoff } from "./backoff.js";

/** By topic. */
export type Incarnations = { readonly [topic: string]: string };

export class ExternalTopics {
  readonly #changelog: Pick<Changelog, "ensureTopics">;
  readonly #specs: readonly TopicSpec[];
  #incarnations: Incarnations;
  #looking: Promise<void> | undefined;

  /** @param specs of the external ones among `known`, which are all topics of the keyspace. */
  constructor(
    changelog: Pick<Changelog, "ensureTopics">,
    specs: readonly TopicSpec[],
    known: readonly Pick<TopicInfo, "name" | "incarnation">[],
  ) {
    this.#changelog = changelog;
    this.#specs = specs;
    this.#incarnations = named(known);
  }

  /** As they were looked up last: one object until they are looked up again. */
  get incarnations(): Incarnations {
    return this.#incarnations;
  }

  has(topic: string | undefined): boolean {
    return this.#specs.some(({ name }) => name === topic);
  }

  /**
   * Resolves when a look has found all as they have to be, or the signal has ended it.
   *
   * @param trouble What is the matter now.
   * @param onTrouble Told of it, and of each other one that takes its place.
   */
  async there(
    trouble: unknown,
    { backoff, signal, onTrouble }: { backoff: Backoff; signal: AbortSignal; onTrouble: (trouble: unknown) => void },
  ): Promise<void> {
    let told = messageOf(trouble);
    onTrouble(trouble);
    while (await backoff.wait(signal)) {
      try {
        await this.look();
        return;
      } catch (error) {
        if (messageOf(error) !== told) onTrouble(error);
        told = messageOf(error);
      }
    }
  }

  /** Looks them up. One look serves all partitions that ask meanwhile. @throws as `Changelog.ensureTopics`. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const found = await this.#changelog.ensureTopics(this.#specs);
    this.#incarnations = { ...this.#incarnations, ...named(found) };
  }
}

function named(topics: readonly Pick<TopicInfo, "name" | "incarnation">[]): Incarnations {
  return Object.fromEntries(topics.map(({ name, incarnation }) => [name, incarnation]));
}
