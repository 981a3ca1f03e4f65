/**
 * Nodes, clients and faults on virtual time: the real router and partitions over the memory changelog in its worst mood.
 * Everything follows from the seed.
 */

import type { Changelog } from "../../runtime/changelog/changelog.js";
import { type AppendAttempt, type AppendFault, MemoryChangelog } from "../../runtime/changelog/memory-changelog.js";
import { MemoryLogStorage } from "../../runtime/changelog/memory-log-storage.js";
import { type OpenRouter, openRouter } from "../../runtime/cluster/router.js";
import { sleep } from "../../runtime/core/clock.js";
import { AffinityError } from "../../runtime/core/errors.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { SeededRandom } from "../../runtime/core/random.js";
import { intType, stringType } from "../../runtime/schema/primitive-types.js";
import type { KeyspaceAccess, WriteOptions } from "../../runtime/state/access.js";
import { bank, bankHandler, countIn, framedCount, schemaIds, topics } from "./bank.js";
import { faultyChangelog } from "./faulty-changelog.js";
import { Disk, LaggingMemStore } from "./lagging-memstore.js";
import { Leases } from "./leases.js";
import type { RegisterCall } from "./linearizable.js";
import { Oracle } from "./oracle.js";
import { VirtualTime } from "./virtual-time.js";

/** How often what goes wrong, each a chance of 0 to 1. */
export interface Faults {
  readonly refused: number;
  readonly unknown: number;
  readonly silent: number;
  readonly gap: number;
  /** Of each step of 50 ms. */
  readonly crash: number;
  readonly wipe: number;
  readonly cut: number;
  readonly foreign: number;
  readonly late: number;
  readonly compact: number;
  readonly slowHandler: number;
}

export interface Deposit {
  readonly id: number;
  readonly account: string;
  readonly amount: number;
  /** What its caller knows in the end. */
  outcome: "applied" | "not applied" | "unknown";
}

export const accounts = ["a0", "a1", "a2"] as const;
export const registers = ["r0", "r1", "r2"] as const;
export const foreignKey = "f0";
/** Written by clients that do not read it, and by the other program. */
export const mixedKey = "m0";

const lifeMs = 3_000;
const stepMs = 50;

interface Process {
  readonly disk: Disk;
  memstore: LaggingMemStore | undefined;
  router: OpenRouter | undefined;
  /** Number of its starts; work of an earlier one is not continued. */
  start: number;
}

export class World {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  readonly storage = new MemoryLogStorage();
  readonly oracle = new Oracle(this.storage);
  readonly deposits: Deposit[] = [];
  readonly histories = new Map<string, RegisterCall[]>();
  readonly complaints: string[] = [];
  /** What happened how often, for the line that a run prints. */
  readonly counts = new Map<string, number>();
  /** With several nodes one, so that one node is master of everything. */
  readonly #partitions: number;
  readonly #faults: Faults;
  readonly #leases: Leases;
  readonly #changelog: MemoryChangelog;
  readonly #log: Changelog;
  readonly #processes: readonly Process[];
  readonly #lost: AppendAttempt[] = [];
  #isCalm = false;
  #nextValue = 1;
  #foreign: number | undefined;

  constructor(seed: number, faults: Faults, nodes: number) {
    this.random = new SeededRandom(seed);
    this.#faults = faults;
    this.#partitions = nodes === 1 ? 2 : 1;
    this.#leases = new Leases(this.time);
    this.#changelog = new MemoryChangelog({
      clock: this.time,
      random: this.random,
      storage: this.storage,
      gapChance: faults.gap,
      fenceTakesOffset: this.chance(0.5),
      isShared: this.chance(0.5),
      latencyMs: 3,
      fault: (attempt) => this.#appendFault(attempt),
    });
    const silence = {
      isSilent: () => !this.#isCalm && this.chance(faults.silent),
      delayMs: () => 1 + Math.floor(this.random.next() * 5),
    };
    this.#log = faultyChangelog(this.#changelog, silence, this.time);
    this.#processes = Array.from({ length: nodes }, () => ({
      disk: new Disk(),
      memstore: undefined,
      router: undefined,
      start: 0,
    }));
  }

  /** Lets everything happen, then heals and waits until nothing is left to do. */
  async run(): Promise<void> {
    for (const process of this.#processes) void this.#start(process);
    const clients = Array.from({ length: 6 }, () => this.#client());
    for (let at = stepMs; at <= lifeMs; at += stepMs) {
      await this.time.runUntil(at);
      this.oracle.look();
      this.#trouble();
    }
    this.#isCalm = true;
    for (let at = lifeMs; at <= lifeMs + 5_000; at += 1_000) await this.time.runUntil(at);
    await Promise.all(clients);
    this.oracle.look();
  }

  /** The routers that hold themselves to be master of everything: at rest one, before it also one that was deposed and not told. */
  masters(): readonly OpenRouter[] {
    return this.#processes
      .flatMap(({ router }) => (router === undefined ? [] : [router]))
      .filter((router) => router.status().every(({ role, state }) => role === "master" && state === "serving"));
  }

  /** A router with nothing but the log, for comparison; others are stopped before. */
  async fresh(): Promise<OpenRouter> {
    for (const process of this.#processes) {
      // One that still waits for mastership goes when it gets it.
      process.start += 1;
      await this.#await(process.router?.kill() ?? Promise.resolve());
      process.router = undefined;
    }
    const [first] = this.#processes;
    const router = await this.#await(this.#open(new LaggingMemStore(new Disk())));
    if (first !== undefined) first.router = router;
    return router;
  }

  compact(): void {
    this.oracle.look();
    this.#changelog.compact();
  }

  get foreign(): number | undefined {
    return this.#foreign;
  }

  chance(of: number): boolean {
    return this.random.next() < of;
  }

  pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.random.next() * list.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  // -- nodes ---------------------------------------------------------------------------------------------------------

  async #await<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    void promise.finally(() => {
      isDone = true;
    });
    for (let round = 0; round < 1_000 && !isDone; round++) await this.time.runUntil(this.time.monotonic() + 20);
    return promise;
  }

  #open(memstore: LaggingMemStore, signal?: AbortSignal): Promise<OpenRouter> {
    return openRouter({
      service: { name: "s", inputs: "", keyspaces: { bank: bank(this.#partitions) }, openapi: () => ({}) },
      handlers: { bank: bankHandler(() => this.#pause()) },
      changelog: this.#log,
      memstore,
      coordinator: this.#leases.coordinator(),
      schemaIds: { bank: schemaIds },
      clock: this.time,
      random: this.random,
      logger: silentLogger,
      limits: {
        mailboxLimit: 20,
        maxBatchRecords: 6,
        // Where others write, the changelog tells of it.
        idleLookMs: this.#log.isShared ? 2_000 : 500,
        handlerTimeoutMs: 150,
        restoreSliceBytes: 300,
        restoreSliceRecords: 3,
        retryFirstMs: 10,
        retryLongestMs: 100,
        drainMs: 200,
      },
      historyMs: 1_500,
      tombstoneMs: 100_000_000,
      turns: this.time.turns,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #start(process: Process): Promise<void> {
    process.start += 1;
    const { start } = process;
    process.memstore = new LaggingMemStore(process.disk);
    try {
      const router = await this.#open(process.memstore);
      if (process.start === start) process.router = router;
      else await router.kill();
    } catch (error) {
      this.complaints.push(`a node does not start: ${String(error)}`);
    }
  }

  #trouble(): void {
    for (const process of this.#processes) {
      if (this.chance(0.3)) process.memstore?.persist();
      if (this.chance(this.#faults.crash)) this.#crash(process);
    }
    if (this.chance(this.#faults.cut)) {
      this.count("lease cut");
      this.#leases.cut(this.random.next() * 100, this.chance(0.5) ? "told" : "not told");
    }
    // Appends of unknown outcome arrive whenever they like, as long as no fence has refused them.
    if (this.chance(0.3)) this.#soon(() => this.#changelog.landLate());
    if (this.chance(this.#faults.foreign)) this.#soon(() => this.#writeForeign(foreignKey));
    for (let times = 0; times < 4; times++)
      if (this.chance(this.#faults.foreign)) this.#soon(() => this.#writeForeign(mixedKey));
    if (this.chance(this.#faults.late)) this.#soon(() => this.#landLate());
    if (this.chance(this.#faults.compact)) {
      this.count("compaction");
      this.compact();
    }
  }

  /** At some time of the present step, as in the middle of an append. */
  #soon(run: () => void): void {
    this.time.after(this.random.next() * stepMs, run);
  }

  #crash(process: Process): void {
    if (process.router === undefined) return;
    this.count("crash");
    void process.router.kill();
    process.router = undefined;
    if (this.chance(this.#faults.wipe)) process.disk.states.clear();
    this.time.after(this.random.next() * 200, () => void this.#start(process));
  }

  // -- the log -------------------------------------------------------------------------------------------------------

  #appendFault(attempt: AppendAttempt): AppendFault | undefined {
    this.count("append");
    if (this.#isCalm) return undefined;
    if (this.chance(this.#faults.refused)) {
      this.count("append refused");
      return "refused";
    }
    if (!this.chance(this.#faults.unknown)) return undefined;
    const fault = this.pick(["unknown-written", "unknown-lost", "unknown-late"] as const);
    this.count(`append ${fault}`);
    if (fault === "unknown-lost") this.#lost.push(attempt);
    return fault;
  }

  /** Of an append that was lost, records that arrive when a later epoch or batch has been written: every reader ignores them. */
  #landLate(): void {
    const attempt = this.#lost.pop();
    if (attempt === undefined) return;
    const { records, partition: at } = attempt;
    this.oracle.look();
    for (const { topic, headers } of records) {
      const [epoch, batch] = this.oracle.highest([topic], at);
      if (headers.epoch > epoch || (headers.epoch === epoch && headers.batch >= batch)) return;
    }
    this.count("late append");
    for (const { topic, key, value, headers } of records) {
      const log = this.storage.topics.get(topic)?.logs[at];
      if (log === undefined) return;
      log.records.push({ offset: log.end, key, value, headers, timestamp: Math.max(log.timestamp, this.time.now()) });
      log.timestamp = Math.max(log.timestamp, this.time.now());
      log.end += 1n;
      for (const waits of this.storage.waits) waits.grew(topic, at);
    }
  }

  #writeForeign(name: string): void {
    const access = this.masters()[0]?.keyspaces.get("bank");
    if (access === undefined || this.#isCalm) return;
    this.count("record of another program");
    const { serialized, partition } = access.address(name);
    const value = this.#nextValue++;
    if (name === foreignKey) this.#foreign = value;
    this.#changelog.writeForeign({ topic: topics[0], partition, key: serialized, value: framedCount(value) });
  }

  // -- clients -------------------------------------------------------------------------------------------------------

  async #pause(): Promise<void> {
    if (!this.chance(this.#faults.slowHandler)) return;
    await sleep(this.time, this.chance(0.1) ? 1_000 : this.random.next() * 20);
  }

  async #client(): Promise<void> {
    while (!this.#isCalm) {
      await sleep(this.time, this.random.next() * 60);
      const dice = this.random.next();
      const access = this.#someone(dice >= 0.35 && dice < 0.65);
      if (access === undefined) continue;
      if (dice < 0.3) await this.#deposit(this.pick(accounts));
      else if (dice < 0.35) await this.#put(access, mixedKey);
      else await this.#register(access, this.pick(registers), dice);
    }
  }

  /**
   * Reads go anywhere, so that a deposed master is asked; writes mostly to the node that was last promoted, so that it is not
   * told by a fence at once.
   */
  #someone(isRead: boolean): KeyspaceAccess | undefined {
    const routers = this.#processes.flatMap(({ router }) => (router === undefined ? [] : [router]));
    if (routers.length === 0) return undefined;
    const epochOf = (router: OpenRouter): number => Math.max(...router.status().map(({ epoch }) => epoch));
    const newest = routers.reduce((one, other) => (epochOf(other) > epochOf(one) ? other : one));
    return (isRead || this.chance(0.1) ? this.pick(routers) : newest).keyspaces.get("bank");
  }

  async #put(access: KeyspaceAccess, name: string): Promise<void> {
    try {
      await access.put(access.address(name), framedCount(this.#nextValue++), this.#options());
      this.count("blind put");
    } catch (error) {
      this.count(this.#known(error).code);
    }
  }

  #options(): WriteOptions {
    return { timeoutMs: 20 + this.random.next() * 400 };
  }

  async #deposit(account: string): Promise<void> {
    const id = this.#nextValue++;
    const amount = 1 + Math.floor(this.random.next() * 9);
    const deposit: Deposit = { id, account, amount, outcome: "not applied" };
    this.deposits.push(deposit);
    const request = new Uint8Array(16).fill(id);
    const idempotency = { key: `d-${id}`, request, time: this.time.now() };
    for (let attempt = 0; attempt < 6; attempt++) {
      const access = this.#someone(false);
      if (access !== undefined) {
        try {
          const body = stringType.encode(`${id}:${amount}`);
          await access.call(access.address(account), "deposit", body, { ...this.#options(), idempotency });
          deposit.outcome = "applied";
          this.count("deposit acknowledged");
          return;
        } catch (error) {
          const { applied, code } = this.#known(error);
          this.count(code);
          if (applied !== "no") deposit.outcome = "unknown";
        }
      }
      await sleep(this.time, this.random.next() * 80);
    }
  }

  async #register(access: KeyspaceAccess, register: string, dice: number): Promise<void> {
    const address = access.address(register);
    const from = this.time.monotonic();
    const value = this.#nextValue++;
    const note = (call: Omit<RegisterCall, "from">): void => {
      const history = this.histories.get(register) ?? [];
      history.push({ ...call, from });
      this.histories.set(register, history);
    };
    const isRead = dice < 0.65;
    const kind = isRead ? "read" : dice < 0.85 ? "swap" : "put";
    const written = kind === "put" && dice > 0.95 ? 0 : value;
    try {
      let answer: number | undefined;
      if (dice < 0.55) {
        const row = await access.get(address, this.#options());
        answer = row === undefined ? 0 : countIn(row.value);
        this.#checkDurable(register, address.partition, answer);
      } else if (isRead || kind === "swap") {
        const request = isRead ? undefined : stringType.encode(String(value));
        const { reply } = await access.call(address, isRead ? "look" : "swap", request, this.#options());
        answer = reply === undefined ? undefined : intType.decode(reply);
        if (answer !== undefined) this.#checkDurable(register, address.partition, answer);
      } else if (written === 0) await access.delete(address, this.#options());
      else await access.put(address, framedCount(value), this.#options());
      this.count(kind);
      note({ kind, value: written, answer, to: this.time.monotonic() });
    } catch (error) {
      const { applied, code } = this.#known(error);
      this.count(code);
      if (!isRead && applied !== "no") note({ kind, value: written, answer: undefined, to: Number.POSITIVE_INFINITY });
    }
  }

  /** What was read stands in the log by now, in a record that counts. */
  #checkDurable(register: string, partition: number, answer: number): void {
    if (answer === 0) return;
    this.oracle.look();
    const name = Buffer.from(stringType.encode(register)).toString("hex");
    const isThere = this.oracle
      .valid(topics[0], partition)
      .some(({ key, value }) => key !== null && value !== null && hexOfKey(key) === name && countIn(value) === answer);
    if (!isThere)
      this.complaints.push(
        `P2: ${register} = ${answer} was answered at ${this.time.monotonic()} and is not in the log`,
      );
  }

  #known(error: unknown): { readonly applied: string | undefined; readonly code: string } {
    if (error instanceof AffinityError && error.code !== "INTERNAL")
      return { applied: error.applied, code: error.code };
    this.complaints.push(`a call ended with ${error instanceof Error ? error.stack : String(error)}`);
    return { applied: "unknown", code: "fault" };
  }
}

const hexOfKey = (serialized: Uint8Array): string => Buffer.from(serialized.subarray(5)).toString("hex");
