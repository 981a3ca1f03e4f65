/** The gateway over a real router, on memory adapters if not told otherwise, and ways to talk to it. */
import { connect, type Socket } from "node:net";
import { openRouter } from "../../../runtime/cluster/router.js";
import { MemoryCoordinator } from "../../../runtime/coordinator/memory-coordinator.js";
import { type Clock, systemClock } from "../../../runtime/core/clock.js";
import type { Logger } from "../../../runtime/core/logger.js";
import { SeededRandom } from "../../../runtime/core/random.js";
import { type Gateway, openGateway } from "../../../runtime/gateway/gateway.js";
import type { GatewayLimits, HttpSettings } from "../../../runtime/gateway/options.js";
import { MemoryMemStore } from "../../../runtime/memstore/memory-memstore.js";
import type { PartitionLimits } from "../../../runtime/partition/limits.js";
import type { KeyspaceSchemaIds, Router } from "../../../runtime/state/access.js";
import type { WriterSchemas } from "../../../runtime/state/writer-schemas.js";
import { type MemoryWishes, openChangelogOfTests } from "../../support/changelog-of-tests.js";
import { service } from "./bank.js";
import { handlers } from "./bank-handlers.js";

export const httpDefaults: HttpSettings = {
  host: "127.0.0.1",
  port: 0,
  hosts: [],
  cors: { origins: [], anyLoopback: false },
  auth: { type: "none" },
  maxBodyBytes: 1_048_576,
  maxHeaderBytes: 16_384,
  maxConnections: 10_000,
  requestTimeoutMs: 30_000,
  askTimeoutMs: 10_000,
  bulkInFlight: 64,
};

export interface NodeOptions {
  readonly http?: Partial<HttpSettings>;
  readonly limits?: Partial<GatewayLimits>;
  readonly partition?: Partial<PartitionLimits>;
  /** Of a changelog in memory, which is taken then in any case. */
  readonly changelog?: MemoryWishes;
  readonly clock?: Clock;
  /** Schemas of other ids that values may have been written with. */
  readonly writers?: WriterSchemas;
}

export interface TestNode {
  readonly gateway: Gateway;
  readonly url: string;
  readonly router: Router;
  /** What was logged at error level. */
  readonly faults: readonly object[];
  close(): Promise<void>;
}

/** Schema ids as a registry would give them: any numbers that differ. */
export function schemaIds(writers?: WriterSchemas): { readonly [keyspace: string]: KeyspaceSchemaIds } {
  let next = 1;
  const number = (names: readonly string[]): { [name: string]: number } =>
    Object.fromEntries(names.map((name) => [name, next++]));
  return Object.fromEntries(
    Object.values(service.keyspaces).map((keyspace) => [
      keyspace.name,
      {
        ...(writers !== undefined && { writers }),
        key: next++,
        stores: number(Object.keys(keyspace.stores)),
        messages: Object.fromEntries(
          Object.keys(keyspace.messages).map((name) => [name, { request: next++, reply: next++ }]),
        ),
      },
    ]),
  );
}

export async function openNode(options: NodeOptions = {}): Promise<TestNode> {
  const clock = options.clock ?? systemClock;
  const random = new SeededRandom(7);
  const faults: object[] = [];
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (facts, text) => faults.push({ ...facts, text }) };
  const changelog = await openChangelogOfTests({ clock, random }, options.changelog);
  const router = await openRouter({
    service,
    handlers,
    changelog,
    memstore: new MemoryMemStore(),
    coordinator: new MemoryCoordinator(),
    schemaIds: schemaIds(options.writers),
    clock,
    random,
    logger,
    ...(options.partition !== undefined && { limits: options.partition }),
    historyMs: 3_600_000,
    tombstoneMs: 86_400_000,
  });
  const gateway = await openGateway({
    service,
    http: { ...httpDefaults, ...options.http },
    clock,
    logger,
    ...(options.limits !== undefined && { limits: options.limits }),
    about: { version: "0.0.0" },
  });
  gateway.serve(router);
  return {
    gateway,
    url: gateway.url,
    router,
    faults,
    async close() {
      await gateway.close();
      await router.stop();
      await changelog.close();
    },
  };
}

/** A fetch whose body is read; `json` is undefined where the body is none. */
export async function call(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson =
    /json/.test(response.headers.get("content-type") ?? "") &&
    !/ndjson/.test(response.headers.get("content-type") ?? "");
  const json: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/**
 * Sends bytes as they are and gives everything that comes back until the connection ends, or `untilMs` has passed. After
 * `endAfterMs` nothing more is sent, so that the server ends the connection.
 */
export function raw(
  port: number,
  bytes: string | Buffer,
  options: { readonly untilMs?: number; readonly endAfterMs?: number } = {},
): Promise<string> {
  const { untilMs = 5_000, endAfterMs } = options;
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const finish = (): void => {
      clearTimeout(timer);
      clearTimeout(ending);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(finish, untilMs);
    const ending = endAfterMs === undefined ? undefined : setTimeout(() => socket.end(), endAfterMs);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", finish).on("close", finish);
    socket.write(bytes);
  });
}

/** Sends bytes as they are and gives what came back by the time that it holds `piece`, or the connection ended. */
export async function rawUntil(port: number, bytes: string | Buffer, piece: string): Promise<string> {
  const connection = new RawConnection(port);
  connection.write(bytes);
  try {
    return await connection.until(piece);
  } finally {
    connection.close();
  }
}

/** A connection that stays open. */
export class RawConnection {
  readonly socket: Socket;
  text = "";

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => {
      this.text += chunk.toString("latin1");
    });
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Resolves when what came holds `piece`, or the connection is closed. */
  async until(piece: string): Promise<string> {
    while (!this.text.includes(piece) && !this.socket.closed) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Lines of an NDJSON text. */
export function linesOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}
