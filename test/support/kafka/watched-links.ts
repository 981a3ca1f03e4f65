/** Links that tell of each request before it goes, so that something may happen just then. */
import type { ApiRequest } from "../../../runtime/changelog/kafka/api/request.js";
import type { BrokerLink, OpenLink } from "../../../runtime/changelog/kafka/link.js";

/** Awaited before each request, with its name and itself. */
type Before = (name: string, request: ApiRequest<unknown>) => Promise<void>;

export function watchedLinks(open: OpenLink, before: Before): OpenLink {
  return async (to, timeoutMs) => new WatchedLink(await open(to, timeoutMs), before);
}

class WatchedLink implements BrokerLink {
  readonly #inner: BrokerLink;
  readonly #before: Before;

  constructor(inner: BrokerLink, before: Before) {
    this.#inner = inner;
    this.#before = before;
  }

  get isOpen(): boolean {
    return this.#inner.isOpen;
  }

  async send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    await this.#before(request.name, request);
    return this.#inner.send(request, timeoutMs);
  }

  destroy(): void {
    this.#inner.destroy();
  }
}
