/** A registry that remembers nothing beyond its life: for tests, and for a changelog in memory. */
import { systemClock } from "../core/clock.js";
import { systemRandom } from "../core/random.js";
import type { CompatibilityLevel } from "../schema/compatibility.js";
import { LoggedRegistry, type RegistryLog } from "./logged-registry.js";
import type { RegistryEvent } from "./registry-event.js";

/** See the head of the file. */
export class MemoryRegistry extends LoggedRegistry {
  constructor(options: { readonly compatibility?: CompatibilityLevel } = {}) {
    // It has its log for itself, so it waits for nothing and throws no dice.
    super({ name: "registry in memory", log: new MemoryLog(), clock: systemClock, random: systemRandom, ...options });
  }
}

class MemoryLog implements RegistryLog {
  readonly #entries: (readonly RegistryEvent[])[] = [];

  async read(from: number): Promise<readonly (readonly RegistryEvent[])[]> {
    return this.#entries.slice(from);
  }

  async append(at: number, events: readonly RegistryEvent[]): Promise<boolean> {
    if (at !== this.#entries.length) return false;
    this.#entries.push(events);
    return true;
  }

  async close(): Promise<void> {}
}
