/** Requests to a Confluent schema registry: several servers, retries, and errors in our terms. */
import { Agent, request } from "undici";
import type { Clock } from "../core/clock.js";
import { sleep } from "../core/clock.js";
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { isRefusalNumber, RegistryRefusal } from "./refusal.js";

/** Who the caller is. User, password and token stand in no message. */
export type ConfluentAuth =
  | { readonly type: "none" }
  | { readonly type: "basic"; readonly user: string; readonly password: string }
  | { readonly type: "bearer"; readonly token: string };

export interface ConfluentHttpOptions {
  /** Base URLs of the servers of one registry, with or without a slash at the end. */
  readonly urls: readonly string[];
  readonly auth: ConfluentAuth;
  /** PEM of the authorities that count for TLS instead of those that Node.js knows. */
  readonly ca?: string;
  readonly timeoutMs: number;
  /** Times that all servers are tried again. */
  readonly retries: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Bytes of an answer. */
const maxAnswerBytes = 32 * 1024 * 1024;
/** Connections to each server. */
const connections = 16;
const firstPauseMs = 100;
const maxPauseMs = 2_000;
/** Characters of a server's own text that an error shows. */
const shownText = 2_000;

const mediaType = "application/vnd.schemaregistry.v1+json";
/** Statuses after which the same request may succeed, at this or another server. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** See the head of the file. */
export class ConfluentHttp {
  readonly #options: ConfluentHttpOptions;
  readonly #urls: readonly string[];
  readonly #agent: Agent;
  readonly #headers: { readonly [name: string]: string };
  /** The server that answered last is asked first. */
  #first = 0;

  constructor(options: ConfluentHttpOptions) {
    this.#options = options;
    this.#urls = options.urls.map((url) => url.replace(/\/+$/, ""));
    const { timeoutMs, ca } = options;
    this.#agent = new Agent({
      connections,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxAnswerBytes,
      connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
    });
    this.#headers = { accept: mediaType, "content-type": mediaType, ...authorization(options.auth) };
  }

  /** What messages call the registry. */
  get name(): string {
    return this.#urls.join(", ");
  }

  /**
   * The answer as JSON value.
   *
   * @throws RegistryRefusal for what the registry refuses; REGISTRY_UNAVAILABLE when no server answers, or what answers is
   * no registry.
   */
  async call(method: Method, path: string, body?: unknown): Promise<unknown> {
    const { clock, random, retries } = this.#options;
    let fault = "";
    for (let round = 0; round <= retries; round += 1) {
      if (round > 0) {
        const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (round - 1));
        await sleep(clock, pauseMs * (0.5 + random.next() / 2));
      }
      for (let turn = 0; turn < this.#urls.length; turn += 1) {
        const index = (this.#first + turn) % this.#urls.length;
        const outcome = await this.#ask(this.#urls[index] ?? "", method, path, body);
        if (outcome.isOver) {
          this.#first = index;
          return outcome.value;
        }
        fault = outcome.fault;
      }
    }
    throw this.unavailable(fault);
  }

  unavailable(what: string, cause?: unknown): AffinityError {
    return new AffinityError(
      "REGISTRY_UNAVAILABLE",
      `registry ${this.name}: ${what}; see whether it runs and registry.url is right`,
      { applied: "unknown", cause },
    );
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(url: string, method: Method, path: string, body: unknown): Promise<Outcome> {
    let status: number;
    let text: string;
    const giveUp = new AbortController();
    const timer = this.#options.clock.after(
      this.#options.timeoutMs,
      () => giveUp.abort(new Error("no answer in time")),
      {
        unref: true,
      },
    );
    try {
      const answer = await request(`${url}${path}`, {
        method,
        headers: this.#headers,
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: this.#agent,
        signal: giveUp.signal,
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      return { isOver: false, fault: `${url}: ${failureText(error)}` };
    } finally {
      timer.cancel();
    }
    if (status >= 200 && status < 300) {
      const value = parsed(text);
      if (value !== undefined) return { isOver: true, value };
      throw this.unavailable(`${url} answered what is no JSON`);
    }
    const fault = faultOf(status, text);
    if (fault instanceof RegistryRefusal && fault.code !== "REGISTRY_UNAVAILABLE") throw fault;
    const detail = `${url} answered ${isAffinityError(fault) ? fault.detail : fault}`;
    if (passing.has(status)) return { isOver: false, fault: detail };
    throw this.unavailable(detail);
  }
}

type Outcome = { readonly isOver: true; readonly value: unknown } | { readonly isOver: false; readonly fault: string };

/** The refusal that an answer stands for, or its text where it stands for none. */
function faultOf(status: number, text: string): RegistryRefusal | string {
  const value = parsed(text);
  const number = member(value, "error_code");
  const message = member(value, "message");
  const told = shortened(typeof message === "string" ? message : text);
  if (status === 401 || status === 403)
    return `${status}: it does not let us in; registry.auth must hold what it wants`;
  if (typeof number === "number" && isRefusalNumber(number)) return new RegistryRefusal(number, told);
  if (status === 409) return new RegistryRefusal(409, told);
  if (status === 422) return new RegistryRefusal(42201, told);
  return `${status}: ${told}`;
}

function authorization(auth: ConfluentAuth): { readonly authorization?: string } {
  switch (auth.type) {
    case "none":
      return {};
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`, "utf8").toString("base64")}` };
    case "bearer":
      return { authorization: `Bearer ${auth.token}` };
  }
}

// undici hides the cause of a failed connection in an AggregateError without text.
function failureText(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  const code = member(error, "code");
  const text = messageOf(error);
  return typeof code === "string" && !text.includes(code) ? `${code} ${text}` : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of a JSON value; undefined where it is no object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function shortened(text: string): string {
  return text.length > shownText ? `${text.slice(0, shownText)}…` : text;
}
