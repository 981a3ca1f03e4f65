/** Open links by address and lane. One is opened when it is first wanted, and again after it broke. */
import { type BrokerLink, type HostPort, hostPortText, LinkError, type OpenLink } from "./link.js";

export class Links {
  readonly #open: OpenLink;
  /** At most the number of brokers times the lanes. */
  readonly #links = new Map<string, Promise<BrokerLink>>();
  #isClosed = false;

  constructor(open: OpenLink) {
    this.#open = open;
  }

  /** @throws LinkError, which says that nothing was sent; CONFIG_INVALID */
  async get(to: HostPort, lane: string, timeoutMs: number): Promise<BrokerLink> {
    const name = `${hostPortText(to)} ${lane}`;
    for (;;) {
      if (this.#isClosed) throw new LinkError("the changelog is closed", { wasSent: false });
      const known = this.#links.get(name);
      if (known === undefined) {
        this.#links.set(name, this.#opened(name, to, timeoutMs));
        continue;
      }
      const link = await known;
      if (link.isOpen) return link;
      this.#forget(name, known);
    }
  }

  /** Ends all; what is under way on them fails. */
  close(): void {
    this.#isClosed = true;
    for (const link of this.#links.values())
      link.then(
        (opened) => opened.destroy(),
        () => undefined,
      );
    this.#links.clear();
  }

  #opened(name: string, to: HostPort, timeoutMs: number): Promise<BrokerLink> {
    const opening = this.#open(to, timeoutMs);
    opening.then(
      (link) => {
        if (this.#isClosed) link.destroy();
      },
      () => this.#forget(name, opening),
    );
    return opening;
  }

  #forget(name: string, link: Promise<BrokerLink>): void {
    if (this.#links.get(name) === link) this.#links.delete(name);
  }
}
