/** Port to the network: a connection to one broker. What stands behind it carries bytes and proves who we are, no more. */
import type { ApiRequest } from "./api/request.js";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface BrokerLink {
  /** False as soon as anything went wrong on it. */
  readonly isOpen: boolean;
  /**
   * Sends a request. Requests of one link are answered in order, so that a slow one holds up those behind it.
   *
   * @throws LinkError. The link is closed then, since an answer that comes later could not be told from the next one's.
   */
  send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T>;
  /** Ends it at once; what is under way fails. */
  destroy(): void;
}

/** Opens a link: connected, authenticated, and the broker speaks what we do. @throws LinkError, CONFIG_INVALID */
export type OpenLink = (to: HostPort, timeoutMs: number) => Promise<BrokerLink>;

/** A broker was not reached, or did not answer in time. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  /** Whether the broker may have got the request. */
  readonly wasSent: boolean;

  constructor(message: string, facts: { readonly wasSent: boolean; readonly cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.wasSent = facts.wasSent;
  }
}

/** `host:port` as it stands in the configuration and in messages; IPv6 in brackets. */
export function parseHostPort(text: string): HostPort {
  const match = /^\[?([^\]]*?)\]?:(\d+)$/.exec(text);
  return { host: match?.[1] ?? text, port: Number(match?.[2] ?? 9092) };
}

export function hostPortText({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
