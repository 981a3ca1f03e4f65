/**
 * A registry over a log of its events: what memory, the embedded file and ZooKeeper have in common.
 *
 * Whoever wants a change decides it on what the log holds and appends the events behind that; where another process was
 * first, the append is refused, and it decides again on what the other wrote. So every process sees one history, ids are
 * given once, and no lock outlives the process that holds it.
 */
import type { Clock } from "../core/clock.js";
import { sleep } from "../core/clock.js";
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { Random } from "../core/random.js";
import type { CompatibilityLevel } from "../schema/compatibility.js";
import type { RegisteredSchema, Registry, SchemaReference } from "./registry.js";
import type { RegistryEvent } from "./registry-event.js";
import { type Decision, incompatibilities, levelFor, lookup, register, setLevel } from "./registry-rules.js";
import { RegistryState } from "./registry-state.js";

/** Where events are kept. An entry is what one append wrote. */
export interface RegistryLog {
  /** Entries from number `from` on, counted from 0; in order, not necessarily all: none says that the end is reached. */
  read(from: number): Promise<readonly (readonly RegistryEvent[])[]>;
  /**
   * Makes the events entry number `at`, durable when it resolves; false where that entry is there already and another's.
   *
   * @throws whatever keeps it from knowing.
   */
  append(at: number, events: readonly RegistryEvent[]): Promise<boolean>;
  close(): Promise<void>;
}

export interface LoggedRegistryOptions {
  /** What messages call it. */
  readonly name: string;
  readonly log: RegistryLog;
  readonly clock: Clock;
  readonly random: Random;
  /** The level of subjects where neither they nor the registry have one. */
  readonly compatibility?: CompatibilityLevel;
}

/** Confluent's default. */
export const defaultCompatibility: CompatibilityLevel = "BACKWARD";

/** A registry whose whole state can be read and changed: what a server needs. */
export interface ManagedRegistry extends Registry {
  readonly defaultCompatibility: CompatibilityLevel;
  /** What it knows now, with everything that was acknowledged before the call. Not to be changed. */
  state(): Promise<RegistryState>;
  /** Decides on the state and keeps the events. `decide` may run several times. */
  change<T>(decide: (state: RegistryState) => Decision<T>): Promise<T>;
}

export function isManagedRegistry(registry: Registry): registry is ManagedRegistry {
  return "state" in registry && "change" in registry;
}

/** Changes that may wait for the log; above it REGISTRY_UNAVAILABLE. */
const waitingLimit = 10_000;
/** Events of one entry, and bytes of their schemas, so that an entry fits a znode. */
const entryEvents = 200;
const entryBytes = 900_000;
/** Times that a change is decided anew because another process was first. */
const attemptLimit = 1_000;
const maxPauseMs = 50;

interface Change {
  /** Decides, and gives the events, and what is to be called with when they are kept. */
  readonly run: (state: RegistryState) => { readonly events: readonly RegistryEvent[]; readonly done: () => void };
  readonly fail: (error: unknown) => void;
}

/** See the head of the file. */
export class LoggedRegistry implements ManagedRegistry {
  readonly defaultCompatibility: CompatibilityLevel;
  readonly #options: LoggedRegistryOptions;
  #state = new RegistryState();
  /** Entries of the log that the state has. */
  #length = 0;
  #reading: Promise<void> | undefined;
  #waiting: Change[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LoggedRegistryOptions) {
    this.#options = options;
    this.defaultCompatibility = options.compatibility ?? defaultCompatibility;
  }

  async state(): Promise<RegistryState> {
    this.#checkOpen();
    // A read that is under way may have looked before something that the caller knows to be there.
    await this.#reading?.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    return this.#state;
  }

  async change<T>(decide: (state: RegistryState) => Decision<T>): Promise<T> {
    this.#checkOpen();
    if (this.#waiting.length >= waitingLimit) throw this.#unavailable(`${waitingLimit} changes wait already`);
    return new Promise((resolve, reject) => {
      const run: Change["run"] = (state) => {
        const { events, answer } = decide(state);
        return { events, done: () => resolve(answer) };
      };
      this.#waiting.push({ run, fail: reject });
      this.#writing ??= this.#write();
    });
  }

  register(subject: string, schema: string, references: readonly SchemaReference[] = []): Promise<RegisteredSchema> {
    return this.change((state) => register(state, { subject, schema, references }, this.defaultCompatibility));
  }

  async lookup(
    subject: string,
    schema: string,
    references: readonly SchemaReference[] = [],
  ): Promise<RegisteredSchema | undefined> {
    const state = await this.state();
    const found = lookup(state, subject, { schema, references });
    return found === undefined ? undefined : state.registered(subject, found);
  }

  async incompatibilities(
    subject: string,
    schema: string,
    references: readonly SchemaReference[] = [],
  ): Promise<readonly string[]> {
    const fallback = this.defaultCompatibility;
    return incompatibilities(await this.state(), subject, { schema, references }, { fallback });
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return (await this.versions(subject)).at(-1);
  }

  async version(subject: string, version: number): Promise<RegisteredSchema | undefined> {
    return (await this.versions(subject)).find((entry) => entry.version === version);
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    const state = await this.state();
    return state.versions(subject).map((version) => state.registered(subject, version));
  }

  async subjects(): Promise<readonly string[]> {
    return (await this.state()).subjects();
  }

  async schemaById(id: number): Promise<string | undefined> {
    // An id that is known means the same for ever.
    if (this.#state.contentOf(id) === undefined) await this.state();
    return this.#state.completeText(id);
  }

  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    return levelFor(await this.state(), subject, this.defaultCompatibility);
  }

  setCompatibility(subject: string | undefined, level: CompatibilityLevel | undefined): Promise<void> {
    return this.change((state) => setLevel(state, subject, level));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await this.#options.log.close();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const from = this.#length;
        const entries = await this.#options.log.read(from);
        // A change that was kept meanwhile has moved the end.
        if (this.#length !== from) continue;
        if (entries.length === 0) return;
        this.#adopt(entries);
      }
    } catch (error) {
      throw isAffinityError(error) ? error : this.#unavailable(messageOf(error), error);
    }
  }

  // A copy, since callers hold the state that they were given.
  #adopt(entries: readonly (readonly RegistryEvent[])[]): void {
    const next = this.#state.copy();
    for (const events of entries) for (const event of events) next.apply(event);
    this.#state = next;
    this.#length += entries.length;
  }

  async #write(): Promise<void> {
    // What arrives in the same turn shares the first entry.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      let rest: readonly Change[] = group;
      try {
        while (rest.length > 0) rest = await this.#writeSome(rest);
      } catch (error) {
        const failure = isAffinityError(error) ? error : this.#unavailable(messageOf(error), error);
        for (const change of rest) change.fail(failure);
      }
    }
    // In the same turn as the look at what waits: a change that comes later starts the next write.
    this.#writing = undefined;
  }

  /** Keeps what the first of some changes decide, as many as one entry takes. @returns The others. */
  async #writeSome(changes: readonly Change[]): Promise<readonly Change[]> {
    for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
      await this.#read();
      const at = this.#length;
      const planned = this.#state.copy();
      const events: RegistryEvent[] = [];
      const outcomes: (() => void)[] = [];
      let bytes = 0;
      for (const change of changes) {
        if (events.length >= entryEvents || bytes >= entryBytes / 2) break;
        const taken = decided(change, planned);
        const added = taken.events.reduce((sum, event) => sum + bytesOf(event), 0);
        if (events.length > 0 && bytes + added > entryBytes) break;
        for (const event of taken.events) planned.apply(event);
        events.push(...taken.events);
        outcomes.push(taken.done);
        bytes += added;
      }
      const isKept = events.length === 0 || (await this.#options.log.append(at, events));
      if (isKept) {
        // Unless a read has met the entry already.
        if (events.length > 0 && this.#length === at) {
          this.#state = planned;
          this.#length = at + 1;
        }
        for (const done of outcomes) done();
        return changes.slice(outcomes.length);
      }
      await sleep(this.#options.clock, this.#options.random.next() * Math.min(maxPauseMs, attempt));
    }
    throw this.#unavailable(`other processes were first ${attemptLimit} times in a row`);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw this.#unavailable("it is closed");
  }

  #unavailable(what: string, cause?: unknown): AffinityError {
    return new AffinityError("REGISTRY_UNAVAILABLE", `${this.#options.name}: ${what}; try again later`, {
      applied: "unknown",
      cause,
    });
  }
}

/** What a change decides on the planned state; a refusal is its outcome, and changes nothing. */
function decided(change: Change, planned: RegistryState): ReturnType<Change["run"]> {
  try {
    return change.run(planned);
  } catch (error) {
    return { events: [], done: () => change.fail(error) };
  }
}

function bytesOf(event: RegistryEvent): number {
  return event.kind === "registered" ? 200 + Buffer.byteLength(event.schema ?? "") : 200;
}
