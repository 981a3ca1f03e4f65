/**
 * Deposits under kill -9: a load that remembers what it was promised, and then asks for it.
 *
 * Each deposit carries an idempotency key. One that was not answered is sent again, with the same key, until it is. One that
 * was answered `applied: "no"` is either sent again or given up: what was given up must not be in any balance.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";
import type { Chance } from "../chance.js";

/** What happened, counted. */
export interface DepositCounts {
  acknowledged: number;
  /** Attempts whose connection broke, or whose outcome the server did not know. */
  unanswered: number;
  /** Answered `applied: "no"`, and given up. */
  givenUp: number;
  /** Answered `applied: "no"`, and sent again. */
  sentAgain: number;
  /** Answered deposits sent once more with their key, for the first answer. */
  replayed: number;
  reads: number;
}

interface Deposit {
  readonly key: string;
  readonly account: string;
  readonly amount: bigint;
  /** What was answered to each attempt, for whoever looks for a fault. */
  readonly attempts: string[];
  /** Whether an attempt got no answer, or one of unknown outcome: a later `applied: "no"` says nothing about that one. */
  isDoubtful: boolean;
}

/** A promise that was not kept. */
export type Complaint = (kind: string, text: string) => void;

const accountCount = 50;
const workers = 24;
/** Before a server that is gone is tried again. */
const pauseMs = 50;
/** Answered deposits that are remembered for a replay. */
const rememberedLimit = 500;

export class DepositLoad {
  readonly counts: DepositCounts = {
    acknowledged: 0,
    unanswered: 0,
    givenUp: 0,
    sentAgain: 0,
    replayed: 0,
    reads: 0,
  };
  readonly #chance: Chance;
  readonly #complain: Complaint;
  readonly #accounts: readonly string[];
  /** Sums of what was acknowledged, and of that with all that may be applied. */
  readonly #promised = new Map<string, bigint>();
  readonly #possible = new Map<string, bigint>();
  readonly #open: Deposit[] = [];
  readonly #answered: { readonly deposit: Deposit; readonly reply: string }[] = [];

  constructor(chance: Chance, complain: Complaint) {
    this.#chance = chance;
    this.#complain = complain;
    this.#accounts = Array.from({ length: accountCount }, (_, index) => `account-${index}`);
  }

  /**
   * Sends deposits until the signal aborts or the server is gone; then every attempt has ended.
   *
   * @param keepsOn Whether a server that is gone, or cannot answer, is waited for.
   */
  async run(url: string, signal: AbortSignal, keepsOn = false): Promise<void> {
    const pool = new Pool(url, { connections: workers, pipelining: 1 });
    const step = async (): Promise<void> => {
      while (!signal.aborted)
        if (!(await this.#step(pool))) {
          if (!keepsOn) return;
          await wait(pauseMs);
        }
    };
    await Promise.all(Array.from({ length: workers }, step));
    await pool.destroy();
  }

  /** Sends what is still open until all of it is answered, then compares every balance. */
  async settle(url: string): Promise<void> {
    const pool = new Pool(url, { connections: workers });
    for (let attempts = 0; this.#open.length > 0 && attempts < 100_000; attempts += 1) {
      const deposit = this.#open.shift();
      if (deposit !== undefined) await this.#deposit(pool, deposit);
    }
    for (const account of this.#accounts) {
      const balance = await this.#balance(pool, account);
      const promised = this.#promised.get(account) ?? 0n;
      if (balance !== promised) {
        const missing = promised - balance;
        const text = `${account} has ${balance}, its deposits are ${promised}`;
        this.#complain(
          missing > 0n ? "acknowledged deposits are lost" : "more is in the balance than was deposited",
          text,
        );
      }
    }
    await pool.close();
  }

  /** Sums of what was acknowledged, by account. */
  balances(): ReadonlyMap<string, bigint> {
    return this.#promised;
  }

  /** Deposits once more into each account, so that something is written. */
  async touch(url: string): Promise<void> {
    const pool = new Pool(url, { connections: workers });
    for (const account of this.#accounts) {
      await this.#deposit(pool, this.#begun(account, 1n));
    }
    await pool.close();
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** One request; false when the server is gone. */
  async #step(pool: Pool): Promise<boolean> {
    const retried = this.#open.shift();
    if (retried !== undefined) return this.#deposit(pool, retried);
    const dice = this.#chance.int(0, 100);
    if (dice < 10) return this.#read(pool);
    if (dice < 15 && this.#answered.length > 0) return this.#replay(pool);
    const account = this.#chance.pick(this.#accounts);
    const amount = dice > 97 ? 2n ** 53n + BigInt(this.#chance.int(0, 1000)) : BigInt(this.#chance.int(1, 1000));
    return this.#deposit(pool, this.#begun(account, amount));
  }

  #begun(account: string, amount: bigint): Deposit {
    add(this.#possible, account, amount);
    return { key: randomUUID(), account, amount, attempts: [], isDoubtful: false };
  }

  async #deposit(pool: Pool, deposit: Deposit): Promise<boolean> {
    const answer = await send(pool, deposit);
    deposit.attempts.push(answer === undefined ? "none" : `${answer.status} ${answer.text.slice(0, 300)}`);
    if (answer === undefined) {
      this.counts.unanswered += 1;
      deposit.isDoubtful = true;
      this.#open.push(deposit);
      return false;
    }
    const { status, text } = answer;
    if (status === 200) {
      this.counts.acknowledged += 1;
      add(this.#promised, deposit.account, deposit.amount);
      if (this.#answered.length >= rememberedLimit) this.#answered.shift();
      this.#answered.push({ deposit, reply: text });
      return true;
    }
    const applied = /"applied"\s*:\s*"(no|unknown)"/.exec(text)?.[1];
    if (applied !== "no") deposit.isDoubtful = true;
    if (applied === "no" && !deposit.isDoubtful && this.#chance.happens(0.5)) {
      this.counts.givenUp += 1;
      add(this.#possible, deposit.account, -deposit.amount);
      return true;
    }
    if (applied === undefined || status < 500) this.#complain(`deposit answered ${status}`, text);
    if (applied === "no") this.counts.sentAgain += 1;
    else this.counts.unanswered += 1;
    this.#open.push(deposit);
    return true;
  }

  async #replay(pool: Pool): Promise<boolean> {
    const { deposit, reply } = this.#chance.pick(this.#answered);
    const answer = await send(pool, deposit);
    if (answer === undefined) return false;
    if (answer.status === 200) {
      this.counts.replayed += 1;
      if (answer.text !== reply) this.#complain("a replay got another answer", `${answer.text} instead of ${reply}`);
    } else if (answer.status < 500) this.#complain(`a replay was answered ${answer.status}`, answer.text);
    return true;
  }

  /** A read shows all that was acknowledged before it was sent, and nothing that nobody sent. */
  async #read(pool: Pool): Promise<boolean> {
    const account = this.#chance.pick(this.#accounts);
    const least = this.#promised.get(account) ?? 0n;
    const balance = await this.#balance(pool, account).catch(() => undefined);
    if (balance === undefined) return false;
    this.counts.reads += 1;
    if (balance < least) this.#complain("a read is behind what was acknowledged", `${account}: ${balance} < ${least}`);
    const most = this.#possible.get(account) ?? 0n;
    if (balance > most) this.#complain("a read shows what nobody sent", `${account}: ${balance} > ${most}`);
    return true;
  }

  async #balance(pool: Pool, account: string): Promise<bigint> {
    const answer = await ask(pool, { method: "GET", path: `/accounts/${account}` });
    if (answer.status === 404) return 0n;
    const digits = /"balance"\s*:\s*(-?\d+)/.exec(answer.text)?.[1];
    if (answer.status !== 200 || digits === undefined) throw new Error(`GET answered ${answer.status}: ${answer.text}`);
    return BigInt(digits);
  }
}

function add(sums: Map<string, bigint>, account: string, amount: bigint): void {
  sums.set(account, (sums.get(account) ?? 0n) + amount);
}

/** undefined when the connection broke: whether the deposit was applied is not known. */
async function send(pool: Pool, deposit: Deposit): Promise<{ status: number; text: string } | undefined> {
  const headers = { "content-type": "application/json", "idempotency-key": deposit.key };
  const path = `/accounts/${deposit.account}/deposit`;
  return ask(pool, { method: "POST", path, headers, body: `{"amount":${deposit.amount}}` }).catch(() => undefined);
}

async function ask(pool: Pool, request: Dispatcher.RequestOptions): Promise<{ status: number; text: string }> {
  const answer = await pool.request(request);
  return { status: answer.statusCode, text: await answer.body.text() };
}
