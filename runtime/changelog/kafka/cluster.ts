/**
 * The brokers as seen from here: their addresses, who leads which partition, who coordinates which transactional id, and the
 * links to them. What was learned is kept until somebody finds it stale.
 */
import type { Clock } from "../../core/clock.js";
import type { Random } from "../../core/random.js";
import { topicPartitionName, topicUnknown, unavailable } from "../topics.js";
import { type Metadata, metadata, type TopicMetadata } from "./api/metadata.js";
import type { ApiRequest } from "./api/request.js";
import { findCoordinator } from "./api/transactions.js";
import { Deadline } from "./deadline.js";
import { codeText, kafkaCodes } from "./error-codes.js";
import { type HostPort, hostPortText, LinkError, type OpenLink } from "./link.js";
import { Links } from "./links.js";
import { unreachedText } from "./unreached.js";

/**
 * What a link is for. A broker answers the requests of one connection one after another, so that an append that waits for
 * replicas would hold up reads, and either of them a fence; and one that waits for records to come holds up everything.
 */
export type Lane = "control" | "produce" | "fetch" | "poll";

export interface ClusterOptions {
  readonly bootstrap: readonly HostPort[];
  readonly openLink: OpenLink;
  readonly clock: Clock;
  readonly random: Random;
  /** Time for one request, ms. */
  readonly requestTimeoutMs: number;
}

/** Who leads a partition. */
export interface Leader {
  readonly brokerId: number;
  readonly leaderEpoch: number;
  readonly topicId: Buffer;
  /** The same as the port names it: made once, since every read and append compares it. */
  readonly incarnation: string;
}

/** A topic's id as the port names it. */
export function incarnationOf(topicId: Buffer): string {
  return topicId.toString("base64url");
}

/** Time for a broker to take a connection, or to say what it knows, before another is asked, ms. */
const lookTimeoutMs = 2_000;
/** How long a topic or partition is looked for, ms: a broker that has just started, or lags, may not have heard of it yet. */
const missingAfterMs = 3_000;

export class KafkaCluster {
  readonly options: ClusterOptions;
  readonly #links: Links;
  readonly #brokers = new Map<number, HostPort>();
  /** By name; as many as keyspaces have stores, and those that were read. */
  readonly #topics = new Map<string, TopicMetadata | undefined>();
  readonly #leaders = new Map<string, Leader>();
  readonly #coordinators = new Map<string, number>();
  /** Addresses that did not answer the last time; asked after the others. */
  readonly #suspects = new Set<string>();
  #refreshing: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.#links = new Links(options.openLink);
  }

  /** A topic's metadata, once it has been looked up. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  /** Waits until a broker has let us in, as long as a request may take. @throws CHANGELOG_UNAVAILABLE, with what to do */
  async reached(): Promise<void> {
    this.#learn(await this.#askAny(metadata([]), this.deadline()));
  }

  /** Learns anew what the topics are that were looked up. @throws CHANGELOG_UNAVAILABLE */
  async lookAgain(): Promise<void> {
    await this.#refreshed(this.deadline());
  }

  /** Every topic that may be seen, for those who look around: what is learned here is not kept. @throws CHANGELOG_UNAVAILABLE */
  async allTopics(): Promise<readonly TopicMetadata[]> {
    return (await this.#askAny(metadata("all"), this.deadline())).topics;
  }

  /** Looks topics up until each is there with its partitions. @throws CHANGELOG_UNAVAILABLE */
  async awaitTopics(names: readonly string[]): Promise<void> {
    const deadline = this.deadline();
    for (const name of names) this.#topics.set(name, this.#topics.get(name));
    for (;;) {
      await this.#refreshed(deadline);
      const missing = names.find((name) => this.#topics.get(name)?.code !== kafkaCodes.NONE);
      if (missing === undefined) return;
      if (!(await deadline.wait())) throw unavailable(`topic ${missing}`, "no broker knows it yet; it is asked again");
    }
  }

  /** Who leads a partition, when it is known without asking. */
  knownLeader(topic: string, partition: number): Leader | undefined {
    return this.#leaders.get(topicPartitionName(topic, partition));
  }

  /**
   * @throws CONFIG_INVALID when there is no such topic or partition; CHANGELOG_UNAVAILABLE when it has no leader or no broker
   * answers.
   */
  async leader(topic: string, partition: number, deadline: Deadline, signal?: AbortSignal): Promise<Leader> {
    const missingAt = this.options.clock.monotonic() + missingAfterMs;
    for (;;) {
      const known = this.knownLeader(topic, partition);
      if (known !== undefined) return known;
      if (!this.#topics.has(topic)) this.#topics.set(topic, undefined);
      await this.#refreshed(deadline, signal);
      if (this.knownLeader(topic, partition) !== undefined) continue;
      const found = this.#topics.get(topic);
      const isMissing = isMissingIn(found, partition);
      if (isMissing && this.options.clock.monotonic() >= missingAt) throw topicUnknown(topic, partition);
      if (await deadline.wait(signal)) continue;
      throw isMissing
        ? topicUnknown(topic, partition)
        : unavailable(
            `topic ${topic}, partition ${partition}`,
            `it has no leader (${codeText(found?.partitions.find((one) => one.partition === partition)?.code ?? found?.code ?? -1)}); it is asked again`,
          );
    }
  }

  /** Forgets a leader that has turned out not to be one. */
  notLeader(topic: string, partition: number, leader: Leader): void {
    const name = topicPartitionName(topic, partition);
    if (this.#leaders.get(name) === leader) this.#leaders.delete(name);
  }

  /** Sends a request to a broker. @throws LinkError */
  async call<T>(brokerId: number, lane: Lane, request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    const address = this.#brokers.get(brokerId);
    if (address === undefined) throw new LinkError(`broker ${brokerId}: its address is not known`, { wasSent: false });
    return this.#send(address, lane, request, Math.min(timeoutMs, this.options.requestTimeoutMs));
  }

  /** Sends a request to who coordinates a transactional id. @throws LinkError, CHANGELOG_UNAVAILABLE */
  async callCoordinator<T>(transactionalId: string, request: ApiRequest<T>, deadline: Deadline): Promise<T> {
    const brokerId = await this.#coordinator(transactionalId, deadline);
    try {
      return await this.call(brokerId, "control", request, deadline.leftMs);
    } catch (error) {
      this.notCoordinator(transactionalId);
      throw error;
    }
  }

  /** Forgets a coordinator that has turned out not to be one. */
  notCoordinator(transactionalId: string): void {
    this.#coordinators.delete(transactionalId);
  }

  /** The time that one piece of work gets. */
  deadline(ms: number = this.options.requestTimeoutMs): Deadline {
    return new Deadline(this.options, ms);
  }

  close(): void {
    this.#links.close();
  }

  async #coordinator(transactionalId: string, deadline: Deadline): Promise<number> {
    for (;;) {
      const known = this.#coordinators.get(transactionalId);
      if (known !== undefined) return known;
      const answer = await this.#askAny(findCoordinator(transactionalId), deadline);
      if (answer.code === kafkaCodes.NONE) {
        this.#brokers.set(answer.brokerId, answer);
        this.#coordinators.set(transactionalId, answer.brokerId);
        continue;
      }
      if (!(await deadline.wait()))
        throw unavailable(`transactional id ${transactionalId}`, `it has no coordinator (${codeText(answer.code)})`);
    }
  }

  /** Learns anew what all topics are. One look under way serves all who wait for one. */
  async #refreshed(deadline: Deadline, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#refreshing !== undefined) {
      try {
        return await this.#refreshing;
      } catch (error) {
        // Whoever began it may have had less time than is left here.
        if (deadline.leftMs === 0) throw error;
      }
    }
    this.#refreshing ??= this.#refresh(deadline).finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #refresh(deadline: Deadline): Promise<void> {
    this.#learn(await this.#askAny(metadata([...this.#topics.keys()]), deadline));
  }

  #learn({ brokers, topics }: Metadata): void {
    for (const { id, host, port } of brokers) this.#brokers.set(id, { host, port });
    for (const topic of topics) {
      const before = this.#topics.get(topic.name);
      this.#topics.set(topic.name, topic);
      // Whoever wants to know who leads asks again, for as long as a broker may not have heard of it.
      if (topic.code === kafkaCodes.UNKNOWN_TOPIC_OR_PARTITION)
        for (const { partition } of before?.partitions ?? [])
          this.#leaders.delete(topicPartitionName(topic.name, partition));
      const isAnew = before !== undefined && !before.id.equals(topic.id);
      for (const { partition, leader, leaderEpoch } of topic.partitions) {
        const name = topicPartitionName(topic.name, partition);
        const known = this.#leaders.get(name);
        // A broker that was away may still tell of the leader before the present one.
        const isOld = !isAnew && known !== undefined && leaderEpoch < known.leaderEpoch;
        if (isOld) continue;
        if (leader < 0) this.#leaders.delete(name);
        else if (isAnew || known?.brokerId !== leader || known.leaderEpoch !== leaderEpoch)
          this.#leaders.set(name, {
            brokerId: leader,
            leaderEpoch,
            topicId: topic.id,
            incarnation: incarnationOf(topic.id),
          });
      }
    }
  }

  /** Asks one broker after another until one answers. */
  async #askAny<T>(request: ApiRequest<T>, deadline: Deadline): Promise<T> {
    let last: unknown;
    for (;;) {
      for (const address of this.#candidates()) {
        const timeoutMs = Math.min(lookTimeoutMs, deadline.leftMs);
        try {
          return await this.#send(address, "control", request, timeoutMs);
        } catch (error) {
          if (!(error instanceof LinkError)) throw error;
          // What the end of the time cut short tells nothing of the broker.
          if (last === undefined || timeoutMs >= lookTimeoutMs) last = error;
        }
      }
      if (!(await deadline.wait())) {
        const reason = last ?? new Error("none within the time");
        throw unavailable(
          `Kafka at ${this.options.bootstrap.map(hostPortText).join(", ")}`,
          `no broker answers: ${unreachedText(reason)}; it is asked again`,
          last,
        );
      }
    }
  }

  #candidates(): readonly HostPort[] {
    const addresses = new Map<string, HostPort>();
    for (const address of [...this.#brokers.values(), ...this.options.bootstrap])
      addresses.set(hostPortText(address), address);
    const start = Math.floor(this.options.random.next() * addresses.size);
    const all = [...addresses.values()];
    const turned = [...all.slice(start), ...all.slice(0, start)];
    const isSuspect = (address: HostPort): boolean => this.#suspects.has(hostPortText(address));
    return [...turned.filter((one) => !isSuspect(one)), ...turned.filter(isSuspect)];
  }

  async #send<T>(to: HostPort, lane: Lane, request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    const name = hostPortText(to);
    try {
      const link = await this.#links.get(to, lane, Math.min(lookTimeoutMs, timeoutMs));
      const answer = await link.send(request, timeoutMs);
      this.#suspects.delete(name);
      return answer;
    } catch (error) {
      this.#suspects.add(name);
      throw error;
    }
  }
}

/** Whether the broker that was asked last knows of no such topic, or of none with that partition. */
function isMissingIn(found: TopicMetadata | undefined, partition: number): boolean {
  if (found === undefined) return false;
  if (found.code === kafkaCodes.NONE) return !found.partitions.some((one) => one.partition === partition);
  return found.code === kafkaCodes.UNKNOWN_TOPIC_OR_PARTITION;
}
