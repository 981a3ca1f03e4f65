/** One call of the user's handler: what it sees, what it writes, and what becomes of it. */
import { AffinityError, isAffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { OrderedKey } from "../memstore/memstore.js";
import type { KeyAddress } from "../state/access.js";
import type { KeyRange } from "../state/keys.js";
import { Write } from "./batch.js";
import type { MessageCall } from "./call.js";
import type { HandlerContext, RejectOptions, StoreRange } from "./context.js";
import { contextStores } from "./context-stores.js";
import type { PartitionErrors } from "./errors.js";
import type { PartitionLimits } from "./limits.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import { RunLogger } from "./run-logger.js";
import type { PageRequest, SeenPage, View } from "./view.js";

export interface HandlerRunParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly errors: PartitionErrors;
  readonly logger: Logger;
  readonly random: () => number;
}

export class HandlerRun {
  readonly call: MessageCall;
  readonly view: View;
  readonly parts: HandlerRunParts;
  /** By the monotonic clock, ms: HANDLER_TIMEOUT then. */
  readonly deadline: number;
  readonly #now: number;
  readonly #key: unknown;
  readonly #request: unknown;
  /** By place of the store, what it wrote. */
  readonly #own: (Map<OrderedKey, Write> | undefined)[] = [];
  #bytes = 0;
  #records = 0;
  #revoked: string | undefined;
  #abort: AbortController | undefined;
  /** What `reject` threw last. */
  #rejection: AffinityError | undefined;
  /** What our own methods threw last: a fault of the handler that its caller may read about. */
  #fault: AffinityError | undefined;

  /** @throws KEY_INVALID, VALUE_INVALID when the call's bytes are not a key and a request. */
  constructor(parts: HandlerRunParts, call: MessageCall, view: View, now: number, deadline: number) {
    this.parts = parts;
    this.call = call;
    this.view = view;
    this.#now = now;
    this.deadline = deadline;
    this.#key = parts.plan.keys.typed(call.address.serialized);
    this.#request = call.message.request?.decode(call.request ?? nothing);
  }

  /** Calls the handler. Throws what it throws; returns what it returns, maybe a promise. */
  start(): unknown {
    return this.call.message.run(this.#context(), this.#key, this.#request);
  }

  /** Ends all access of the handler to the partition. */
  revoke(reason: string): void {
    this.#revoked ??= reason;
    this.#abort?.abort(this.parts.errors.make("HANDLER_TIMEOUT", `handler ${this.call.message.name} ${reason}`));
  }

  /** All that it wrote, one write a key; of a `read` message nothing. */
  get writes(): readonly Write[] {
    const writes: Write[] = [];
    for (const own of this.#own) if (own !== undefined) writes.push(...own.values());
    return writes;
  }

  /** Bytes of keys and values that it wrote. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The reply in Avro binary. @throws HANDLER_FAILED when it does not fit its type. */
  encodeReply(value: unknown): Uint8Array | undefined {
    const { reply, name } = this.call.message;
    if (reply === undefined) return undefined;
    try {
      return reply.encode(value);
    } catch (error) {
      throw this.#failed(`the reply of handler ${name} does not fit its type`, error, true);
    }
  }

  /** What the caller is told when the handler threw. */
  failure(thrown: unknown): AffinityError {
    const { message } = this.call;
    if (thrown === this.#rejection && this.#rejection !== undefined) {
      if (message.errors.has(this.#rejection.code)) return this.#rejection;
      return this.#failed(
        `handler ${message.name} rejected with ${this.#rejection.code}, which the definition does not list under errors`,
        thrown,
        false,
      );
    }
    if (thrown === this.#fault && this.#fault !== undefined) {
      if (this.#fault.code === "BATCH_TOO_LARGE") return this.#fault;
      return this.#failed(`handler ${message.name} failed`, thrown, true);
    }
    return this.#failed(`handler ${message.name} failed; the log of the node says why`, thrown, false);
  }

  // -- what the stores of the context call -------------------------------------------------------------------------

  /** The value, or a promise of it where its schema has to be looked up first. */
  read(store: StorePlan, key: unknown): unknown {
    this.live();
    const seen = this.view.get(store, this.#address(store, key).ordered, this.#own[store.index]);
    if (seen === undefined) return undefined;
    const { value } = seen;
    return store.values.lookUp(value)?.then(() => this.decode(store, value)) ?? this.decode(store, value);
  }

  page(store: StorePlan, request: PageRequest): SeenPage {
    this.live();
    return this.view.page(store, request, this.#own[store.index]);
  }

  put(store: StorePlan, key: unknown, value: unknown): void {
    this.live();
    const address = this.#address(store, key);
    let framed: Uint8Array;
    try {
      framed = store.values.encode(value);
    } catch (error) {
      throw this.#raise(error);
    }
    this.#write(new Write(store, address, framed));
  }

  delete(store: StorePlan, key: unknown): boolean {
    this.live();
    const address = this.#address(store, key);
    if (this.view.get(store, address.ordered, this.#own[store.index]) === undefined) return false;
    this.#write(new Write(store, address, null));
    return true;
  }

  /** A typed value; each time a new one, so that nobody shares it. */
  decode(store: StorePlan, value: Uint8Array): unknown {
    this.live();
    try {
      return store.values.decode(value);
    } catch (error) {
      throw this.#raise(error);
    }
  }

  /** The ordered form of a range. */
  range(store: StorePlan, { from, to, prefix }: StoreRange<unknown>): KeyRange {
    this.live();
    try {
      if (prefix !== undefined) return store.keys.prefixRange(prefix);
      const ordered = (key: unknown): OrderedKey | undefined =>
        key === undefined ? undefined : store.keys.address(key).ordered;
      return { from: ordered(from), to: ordered(to) };
    } catch (error) {
      throw this.#raise(error);
    }
  }

  live(): void {
    if (this.#revoked === undefined) return;
    throw this.parts.errors.make(
      "HANDLER_FAILED",
      `the context of handler ${this.call.message.name} was used after it ${this.#revoked}; await everything before returning`,
    );
  }

  // ------------------------------------------------------------------------------------------------------------------

  #context(): HandlerContext<object, string> {
    return new RunContext(this, this.parts, this.#now, contextStores(this, this.parts.plan, this.call.message.isWrite));
  }

  /** For the context alone. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#revoked !== undefined) this.revoke(this.#revoked);
    return this.#abort.signal;
  }

  reject(code: string, options: RejectOptions): never {
    this.live();
    const { status = 422, detail = code, data } = options;
    this.#rejection = new AffinityError(code, detail, {
      status: Number.isInteger(status) && status >= 400 && status <= 599 ? status : 422,
      retry: "never",
      applied: "no",
      data,
    });
    throw this.#rejection;
  }

  #address(store: StorePlan, key: unknown): KeyAddress {
    const { partition, errors, plan } = this.parts;
    // The handler's own key is the usual one; it is compared by value where it is one.
    if (key === this.#key && typeof key !== "object" && !store.hasOwnKeys) return this.call.address;
    let address: KeyAddress;
    try {
      address = store.keys.address(key);
    } catch (error) {
      throw this.#raise(error);
    }
    if (!store.hasOwnKeys && address.partition !== partition)
      throw this.#raise(
        errors.make(
          "KEY_NOT_LOCAL",
          `store ${store.name}: the key belongs to partition ${address.partition} of ${plan.name}, this handler runs in ${partition}; a handler reaches the keys of its own partition only`,
        ),
      );
    return address;
  }

  #write(write: Write): void {
    const { limits, errors } = this.parts;
    this.#own[write.store.index] ??= new Map();
    const own = this.#own[write.store.index];
    const replaced = own?.get(write.ordered);
    this.#bytes += write.bytes - (replaced?.bytes ?? 0);
    this.#records += replaced === undefined ? 1 : 0;
    if (this.#bytes > limits.maxCallBytes)
      throw this.#raise(
        errors.callTooLarge(
          `handler ${this.call.message.name} writes ${this.#bytes} bytes`,
          `${limits.maxCallBytes} bytes`,
        ),
      );
    if (this.#records > limits.maxCallRecords)
      throw this.#raise(
        errors.callTooLarge(
          `handler ${this.call.message.name} writes ${this.#records} rows`,
          `${limits.maxCallRecords} rows`,
        ),
      );
    own?.set(write.ordered, write);
  }

  #raise(error: unknown): unknown {
    if (isAffinityError(error)) this.#fault = error;
    return error;
  }

  /** @param isShown Whether the caller may read the cause: what our own checks say, never what the user's code throws. */
  #failed(text: string, cause: unknown, isShown: boolean): AffinityError {
    const { errors } = this.parts;
    const why = isShown && isAffinityError(cause) ? `: ${cause.detail}` : "";
    return errors.make("HANDLER_FAILED", `${text}${why}`, {
      applied: "no",
      cause,
      ...(isShown && isAffinityError(cause) && cause.pointer !== undefined ? { pointer: cause.pointer } : {}),
    });
  }
}

const nothing = new Uint8Array(0);

class RunContext implements HandlerContext<object, string> {
  readonly stores: object;
  readonly now: number;
  readonly partition: number;
  readonly #run: HandlerRun;
  readonly #parts: HandlerRunParts;

  constructor(run: HandlerRun, parts: HandlerRunParts, now: number, stores: object) {
    this.#run = run;
    this.#parts = parts;
    this.now = now;
    this.partition = parts.partition;
    this.stores = stores;
  }

  get log(): Logger {
    return new RunLogger(this.#parts.logger, {
      keyspace: this.#parts.plan.name,
      partition: this.partition,
      message: this.#run.call.message.name,
    });
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  // Getters, so that handlers may take them out of the context: `const { reject } = context`.

  get random(): () => number {
    return () => {
      this.#run.live();
      return this.#parts.random();
    };
  }

  get reject(): (code: string, options?: RejectOptions) => never {
    return (code, options = {}) => this.#run.reject(code, options);
  }
}
