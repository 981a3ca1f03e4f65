/**
 * Links over kafkajs's connections: TCP, TLS and SASL are its own (but for `oauth-bearer.ts`), requests and deadlines are ours.
 * Its connection has traps that this file is for: a socket that is destroyed here is not noticed there, and taking leave waits
 * for answers that a frozen broker never gives.
 */
import type { Socket } from "node:net";
import { connect as connectTcp, isIP } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { ISocketFactory, Mechanism, SASLOptions } from "kafkajs";
import Connection from "kafkajs/src/network/connection.js";
import type { Clock } from "../../core/clock.js";
import { AffinityError, messageOf } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { ApiRequest } from "./api/request.js";
import { apiVersions } from "./api/versions.js";
import { kafkaCodes } from "./error-codes.js";
import { type BrokerLink, type HostPort, hostPortText, LinkError, type OpenLink } from "./link.js";

export interface KafkajsLinkOptions {
  readonly clientId: string;
  readonly ssl?: ConnectionOptions;
  /** Asked at each connection, since tokens change. */
  readonly sasl?: () => Promise<SASLOptions | Mechanism>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The requests that are sent, by their keys, with the version that is needed: brokers from 3.1 on have all. */
const neededVersions: ReadonlyMap<number, number> = new Map([
  [0, 8],
  [1, 13],
  [2, 3],
  [3, 10],
  [10, 2],
  [22, 4],
  [24, 1],
  [26, 1],
]);

const saslAuthenticateKey = 36;
const keepAliveMs = 60_000;
/** Longer than any deadline of ours: kafkajs's own never fires. */
const noTimeoutMs = 0x7fff_ffff;

/** Makes the function that opens links. */
export function kafkajsLinks(options: KafkajsLinkOptions): OpenLink {
  return (to, timeoutMs) => KafkajsLink.open(options, to, timeoutMs);
}

class KafkajsLink implements BrokerLink {
  readonly #connection: Connection;
  readonly #socket: () => Socket | undefined;
  readonly #clock: Clock;
  readonly #name: string;
  #isBroken = false;

  private constructor(connection: Connection, socket: () => Socket | undefined, clock: Clock, name: string) {
    this.#connection = connection;
    this.#socket = socket;
    this.#clock = clock;
    this.#name = name;
  }

  static async open(options: KafkajsLinkOptions, to: HostPort, timeoutMs: number): Promise<KafkajsLink> {
    const { clock, clientId, ssl, sasl, logger } = options;
    const name = hostPortText(to);
    let socket: Socket | undefined;
    const socketFactory: ISocketFactory = (target) => {
      socket = openSocket(target);
      return socket;
    };
    const connection = new Connection({
      ...to,
      clientId,
      logger: quiet(logger, name),
      socketFactory,
      requestTimeout: noTimeoutMs,
      enforceRequestTimeout: false,
      connectionTimeout: timeoutMs,
      ssl: ssl ?? null,
      sasl: sasl === undefined ? null : await sasl(),
    });
    const link = new KafkajsLink(connection, () => socket, clock, name);
    await link.#within(timeoutMs, link.#handShake(), "the connection", false);
    return link;
  }

  get isOpen(): boolean {
    return !this.#isBroken && this.#connection.isConnected();
  }

  async send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    if (!this.isOpen) throw new LinkError(`broker ${this.#name}: the connection is closed`, { wasSent: false });
    const payload = await this.#within(timeoutMs, this.#exchange(request), request.name, true);
    try {
      return request.decode(payload);
    } catch (error) {
      this.destroy();
      const text = `broker ${this.#name}: its answer to ${request.name} cannot be read: ${messageOf(error)}`;
      throw new LinkError(text, { wasSent: true, cause: error });
    }
  }

  destroy(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#connection.rejectRequests(new Error("the connection was ended"));
    this.#socket()?.destroy();
    this.#connection.disconnect().catch(() => undefined);
  }

  async #handShake(): Promise<Buffer> {
    await this.#connection.connect();
    const request = apiVersions();
    const { code, versions } = request.decode(await this.#exchange(request));
    if (code !== kafkaCodes.NONE) throw new Error(`ApiVersions: error ${code}`);
    for (const [key, version] of neededVersions) {
      const spoken = versions.find((entry) => entry.key === key);
      if (spoken === undefined || spoken.min > version || spoken.max < version)
        throw new AffinityError(
          "CONFIG_INVALID",
          `broker ${this.#name}: it speaks request ${key} in ${spoken === undefined ? "no version" : `versions ${spoken.min} to ${spoken.max}`}, and version ${version} is needed; Apache Kafka 3.1 or later would be right`,
        );
    }
    const spoken = versions.map(({ key, min, max }) => [key, { minVersion: min, maxVersion: max }] as const);
    this.#connection.setVersions(Object.fromEntries(spoken));
    this.#connection.setSupportAuthenticationProtocol(versions.some(({ key }) => key === saslAuthenticateKey));
    await this.#connection.authenticate();
    return Buffer.alloc(0);
  }

  #exchange(request: ApiRequest<unknown>): Promise<Buffer> {
    const { key, name, version, body } = request;
    return this.#connection.send({
      request: { apiKey: key, apiName: name, apiVersion: version, encode: async () => ({ buf: body, buffer: body }) },
      response: { decode: async (payload) => payload, parse: async (payload) => payload },
      logResponseError: false,
    });
  }

  /** Ends the link when what is under way does not end in time. */
  async #within(timeoutMs: number, underWay: Promise<Buffer>, what: string, wasSent: boolean): Promise<Buffer> {
    let onTimeout: () => void = () => undefined;
    const timedOut = new Promise<never>((_, reject) => {
      onTimeout = () => reject(new Error(`no answer in ${timeoutMs} ms`));
    });
    const timer = this.#clock.after(timeoutMs, onTimeout);
    try {
      return await Promise.race([underWay, timedOut]);
    } catch (error) {
      this.destroy();
      if (error instanceof AffinityError) throw error;
      throw new LinkError(`broker ${this.#name}: ${what} failed: ${messageOf(error)}`, { wasSent, cause: error });
    } finally {
      timer.cancel();
      underWay.catch(() => undefined);
    }
  }
}

// kafkajs's own sockets are not to be had from outside, and one that a frozen broker holds has to be destroyed.
function openSocket({ host, port, ssl, onConnect }: Parameters<ISocketFactory>[0]): Socket {
  const serverName = isIP(host) === 0 ? { servername: host } : {};
  const secure: unknown = ssl;
  const socket =
    typeof secure === "object" && secure !== null
      ? connectTls({ host, port, ...serverName, ...secure }, onConnect)
      : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  socket.setNoDelay(true);
  return socket;
}

/** kafkajs tells much, and some of it holds what is sent; what matters comes as an error. */
function quiet(logger: Logger, broker: string): ConstructorParameters<typeof Connection>[0]["logger"] {
  const nothing = (): void => undefined;
  const log = {
    namespace: () => log,
    info: nothing,
    debug: nothing,
    warn: nothing,
    error: (message: string) => logger.debug({ broker }, `kafkajs: ${message}`),
  };
  return log;
}
