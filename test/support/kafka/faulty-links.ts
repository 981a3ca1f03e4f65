/** Links that do to the next append what a network and a broker may do: refuse it, lose it, lose its answer, or deliver it late. */
import type { ApiRequest } from "../../../runtime/changelog/kafka/api/request.js";
import { kafkaCodes } from "../../../runtime/changelog/kafka/error-codes.js";
import { type BrokerLink, LinkError, type OpenLink } from "../../../runtime/changelog/kafka/link.js";

export type LinkFault = "refused" | "unknown-written" | "unknown-lost" | "unknown-late";

/** How much later a late request goes. */
const lateMs = 5;

export class FaultyLinks {
  #next: LinkFault | undefined;
  readonly #open: OpenLink;

  constructor(open: OpenLink) {
    this.#open = open;
  }

  /** Plans what happens to the next append, or to the commit of the next that is a transaction. */
  failNext(fault: LinkFault): void {
    this.#next = fault;
  }

  readonly open: OpenLink = async (to, timeoutMs) => {
    const link = await this.#open(to, timeoutMs);
    return new FaultyLink(link, (request) => this.#faultOf(request));
  };

  #faultOf(request: ApiRequest<unknown>): LinkFault | undefined {
    if (this.#next === undefined || !isDecisive(request)) return undefined;
    const fault = this.#next;
    this.#next = undefined;
    return fault;
  }
}

/** A produce request outside of a transaction, or the commit of one. */
function isDecisive({ name, body }: ApiRequest<unknown>): boolean {
  if (name === "Produce") return body.readInt16BE(0) < 0;
  return name === "EndTxn" && body.at(-1) === 1;
}

class FaultyLink implements BrokerLink {
  readonly #inner: BrokerLink;
  readonly #faultOf: (request: ApiRequest<unknown>) => LinkFault | undefined;

  constructor(inner: BrokerLink, faultOf: (request: ApiRequest<unknown>) => LinkFault | undefined) {
    this.#inner = inner;
    this.#faultOf = faultOf;
  }

  get isOpen(): boolean {
    return this.#inner.isOpen;
  }

  async send<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    const lost = new LinkError("an injected fault", { wasSent: true });
    switch (this.#faultOf(request)) {
      case undefined:
        return this.#inner.send(request, timeoutMs);
      case "refused":
        return request.decode(refusalOf(request.body));
      case "unknown-written":
        await this.#inner.send(request, timeoutMs);
        throw lost;
      case "unknown-lost":
        throw lost;
      case "unknown-late":
        setTimeout(() => void this.#inner.send(request, timeoutMs).catch(() => undefined), lateMs);
        throw lost;
    }
  }

  destroy(): void {
    this.#inner.destroy();
  }
}

/** The answer to a produce request of one batch that the leader refuses for want of replicas. */
function refusalOf(body: Buffer): Buffer {
  const topicAt = 2 + 2 + 4 + 4;
  const topicBytes = 2 + body.readInt16BE(topicAt);
  const topic = body.subarray(topicAt, topicAt + topicBytes);
  const partition = body.subarray(topicAt + topicBytes + 4, topicAt + topicBytes + 8);
  const one = Buffer.from([0, 0, 0, 1]);
  const nothing = Buffer.alloc(8, 0xff);
  const code = Buffer.from([0, kafkaCodes.NOT_ENOUGH_REPLICAS]);
  const texts = Buffer.from([0, 0, 0, 0, 0xff, 0xff]);
  return Buffer.concat([one, topic, one, partition, code, nothing, nothing, nothing, texts, Buffer.alloc(4)]);
}
