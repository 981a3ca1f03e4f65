/**
 * Requests of one connection, one after another: what a caller pipelines behind a write must find it done (RFC 9112 section
 * 9.3.2 lets a server run only safe methods side by side). A connection keeps its lane: one for each request would come and go
 * all the time (see `core/slots.ts`).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AffinityError } from "../core/errors.js";
import type { Exchange } from "./exchange.js";

/** Requests that may wait behind one of their connection. */
const pipelinedLimit = 64;

/** A request that came while one before it was under way. */
export interface Pipelined {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly awaitsContinue: boolean;
}

interface Lane {
  /** undefined: nothing is under way, and nothing waits. */
  current: Exchange | undefined;
  readonly waiting: Pipelined[];
  /** Why nothing will come after the last that waits. */
  fault: AffinityError | undefined;
}

/** See the head of the file. */
export class Lanes {
  readonly #lanes = new WeakMap<Socket, Lane>();
  /** Connections with a request under way. */
  #busy = 0;
  #waiting = 0;
  #onIdle: (() => void) | undefined;

  /** Requests that are under way or wait for one. */
  get size(): number {
    return this.#busy + this.#waiting;
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Lets a request wait where one of its connection is under way and few enough wait. @returns Whether it waits. */
  wait(pipelined: Pipelined): boolean {
    const lane = this.#busyLane(pipelined.request.socket);
    if (lane === undefined || lane.waiting.length >= pipelinedLimit) return false;
    lane.waiting.push(pipelined);
    this.#waiting += 1;
    return true;
  }

  /** Whether a request of this connection would be one too many: its own lane does not count against it. */
  isFull(socket: Socket, limit: number): boolean {
    const lane = this.#busyLane(socket);
    if (lane === undefined) return this.size >= limit;
    return this.size > limit || lane.waiting.length >= pipelinedLimit;
  }

  /** A request is under way from here until `leave`. */
  enter(exchange: Exchange): void {
    const { socket } = exchange.request;
    let lane = this.#lanes.get(socket);
    if (lane === undefined) {
      lane = { current: undefined, waiting: [], fault: undefined };
      this.#lanes.set(socket, lane);
    }
    if (lane.current === undefined) this.#busy += 1;
    lane.current = exchange;
    if (lane.fault !== undefined) this.#break(lane, lane.fault);
  }

  /** @returns The request that comes next. */
  leave({ request: { socket } }: Exchange): Pipelined | undefined {
    const lane = this.#busyLane(socket);
    if (lane === undefined) return undefined;
    const next = lane.waiting.shift();
    if (next !== undefined) {
      this.#waiting -= 1;
      return next;
    }
    lane.current = undefined;
    lane.fault = undefined;
    this.#busy -= 1;
    if (this.#busy === 0) this.#onIdle?.();
    return undefined;
  }

  /**
   * A fault of the connection's syntax. Whatever were written now would be read as the answer of the oldest request that
   * waits; so the connection ends with the answer of the last of them, which is the fault's if its body is what broke.
   *
   * @returns Whether a request of the connection will tell its caller.
   */
  fail(socket: Socket, fault: AffinityError): boolean {
    const lane = this.#busyLane(socket);
    if (lane === undefined) return false;
    lane.fault = fault;
    this.#break(lane, fault);
    return true;
  }

  /** Whether nothing comes after the request that is next. */
  isBroken(socket: Socket): boolean {
    const lane = this.#busyLane(socket);
    return lane?.fault !== undefined && lane.waiting.length === 0;
  }

  #break({ current, waiting }: Lane, fault: AffinityError): void {
    if (waiting.length > 0) return;
    if (current === undefined) return;
    current.isLast = true;
    if (!current.request.complete) current.failBody(fault);
  }

  #busyLane(socket: Socket): Lane | undefined {
    const lane = this.#busy === 0 ? undefined : this.#lanes.get(socket);
    return lane?.current === undefined ? undefined : lane;
  }
}
