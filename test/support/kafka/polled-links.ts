/** Links that count long polls: Fetch requests by which a broker may wait for records to come. */
import type { ApiRequest } from "../../../runtime/changelog/kafka/api/request.js";
import { type BrokerLink, type HostPort, hostPortText, type OpenLink } from "../../../runtime/changelog/kafka/link.js";

export class PolledLinks {
  readonly #open: OpenLink;
  readonly #underWay = new Map<string, number>();
  readonly #links = new Set<BrokerLink>();
  /** Of one broker, the most that were under way together. */
  most = 0;
  /** All that were sent. */
  sent = 0;

  constructor(open: OpenLink) {
    this.#open = open;
  }

  /** Brokers that have a long poll to answer. */
  get underWay(): number {
    return [...this.#underWay.values()].filter((count) => count > 0).length;
  }

  /** Links that were opened and not ended. */
  get openLinks(): number {
    return [...this.#links].filter(({ isOpen }) => isOpen).length;
  }

  readonly open: OpenLink = async (to, timeoutMs) => {
    const link = new PolledLink(await this.#open(to, timeoutMs), (change) => this.#count(to, change));
    this.#links.add(link);
    return link;
  };

  #count(to: HostPort, change: 1 | -1): void {
    const name = hostPortText(to);
    const count = (this.#underWay.get(name) ?? 0) + change;
    this.#underWay.set(name, count);
    if (change > 0) this.sent += 1;
    this.most = Math.max(this.most, count);
  }
}

class PolledLink implements BrokerLink {
  readonly #inner: BrokerLink;
  readonly #count: (change: 1 | -1) => void;

  constructor(inner: BrokerLink, count: (change: 1 | -1) => void) {
    this.#inner = inner;
    this.#count = count;
  }

  get isOpen(): boolean {
    return this.#inner.isOpen;
  }

  async send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    if (!isLongPoll(request)) return this.#inner.send(request, timeoutMs);
    this.#count(1);
    try {
      return await this.#inner.send(request, timeoutMs);
    } finally {
      this.#count(-1);
    }
  }

  destroy(): void {
    this.#inner.destroy();
  }
}

/** Behind the header's tags and the replica's id stands how long the broker may wait. */
function isLongPoll({ name, body }: ApiRequest<unknown>): boolean {
  return name === "Fetch" && body.readInt32BE(5) > 0;
}
