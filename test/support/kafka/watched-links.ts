/** Links that tell of each request before it goes, so that something may happen just then. */
import type { ApiRequest } from "../../../runtime/changelog/kafka/api/request.js";
import type { BrokerLink, OpenLink } from "../../../runtime/changelog/kafka/link.js";

/** @param before awaited before each request, with its name. */
export function watchedLinks(open: OpenLink, before: (name: string) => Promise<void>): OpenLink {
  return async (to, timeoutMs) => new WatchedLink(await open(to, timeoutMs), before);
}

class WatchedLink implements BrokerLink {
  readonly #inner: BrokerLink;
  readonly #before: (name: string) => Promise<void>;

  constructor(inner: BrokerLink, before: (name: string) => Promise<void>) {
    this.#inner = inner;
    this.#before = before;
  }

  get isOpen(): boolean {
    return this.#inner.isOpen;
  }

  async send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    await this.#before(request.name);
    return this.#inner.send(request, timeoutMs);
  }

  destroy(): void {
    this.#inner.destroy();
  }
}
