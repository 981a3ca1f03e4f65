/** Reads a partition of a topic: committed records only, from its leader, until something is found or the end is reached. */
import { AffinityError, isAffinityError } from "../../core/errors.js";
import { type Logger, silentLogger } from "../../core/logger.js";
import type { LogSlice, ReadRequest } from "../changelog.js";
import { topicPartitionName, topicReplaced, unavailable } from "../topics.js";
import type { FetchedPart } from "./api/fetch.js";
import { earliestTime, latestTime, listOffsets } from "./api/list-offsets.js";
import { walkBatches } from "./batch-walk.js";
import { incarnationOf, type KafkaCluster, type Leader } from "./cluster.js";
import type { Deadline } from "./deadline.js";
import { codeText, isRefusedRight, kafkaCodes } from "./error-codes.js";
import { FetchLane } from "./fetch-lane.js";
import { LinkError } from "./link.js";

const defaultReadBytes = 1024 * 1024;

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** See `ReadRequest`. */
  readonly incarnation?: string | undefined;
}

export class KafkaReader {
  readonly #cluster: KafkaCluster;
  readonly #lanes = new Map<number, FetchLane>();
  /** By topic, what it was when this process began to use it. */
  readonly #incarnations = new Map<string, string>();
  readonly #resized = new Set<string>();
  readonly #logger: Logger;
  /** Of which it was told that records were lost: one text a partition. */
  readonly #toldLost = new Set<string>();

  constructor(cluster: KafkaCluster, logger: Logger = silentLogger) {
    this.#cluster = cluster;
    this.#logger = logger;
  }

  /** From here on another topic of this name is an error, unless who reads asks for it. */
  expect(topic: string, incarnation: string): void {
    this.#incarnations.set(topic, incarnation);
    this.#resized.delete(topic);
  }

  /** A topic has another number of partitions than it was expected with: nothing is read of it until it is expected anew. */
  resized(topic: string): void {
    this.#resized.add(topic);
  }

  /** @throws CHANGELOG_UNAVAILABLE, CONFIG_INVALID, CHANGELOG_DAMAGED, TOPIC_REPLACED, the signal's reason */
  async read(request: ReadRequest): Promise<LogSlice> {
    const { fromOffset, maxBytes = defaultReadBytes, signal } = request;
    const subject = subjectOf(request);
    const deadline = this.#cluster.deadline();
    let from = fromOffset;
    let isFirst = false;
    for (;;) {
      signal?.throwIfAborted();
      const leader = await this.leader(request, deadline, signal);
      const answer = await this.#fetch(leader, { ...request, fromOffset: from, maxBytes }, isFirst);
      signal?.throwIfAborted();
      let trouble: string;
      if (answer instanceof LinkError) {
        this.#cluster.notLeader(request.topic, request.partition, leader);
        trouble = answer.message;
      } else if (answer.code === kafkaCodes.NONE) {
        const { bytes, aborted, lastStableOffset } = answer;
        const { records, hasRecords, nextOffset } = walkBatches({ bytes, aborted, fromOffset: from, subject });
        // Another program's open transaction holds back the stable end, also behind what was acknowledged to us.
        const isHeldBack = lastStableOffset < nextOffset;
        const endOffset = isHeldBack ? nextOffset : lastStableOffset;
        if (hasRecords || nextOffset === endOffset) return { records, nextOffset, endOffset };
        const hasMoved = nextOffset > from;
        from = nextOffset;
        // Nothing of it fitted into the answer: next time it comes first, which always gives a batch.
        const mayTryNow = hasMoved || !isFirst;
        isFirst = !hasMoved;
        if (mayTryNow && deadline.leftMs > 0) continue;
        trouble = "the leader gives no records though there are some";
      } else if (answer.code === kafkaCodes.OFFSET_OUT_OF_RANGE) {
        const start = await this.offset(request, earliestTime, deadline, signal);
        const end = await this.offset(request, latestTime, deadline, signal);
        if (from > end) return { records: [], nextOffset: from, endOffset: end };
        if (from < start) {
          this.#tellLost(request, from, start);
          from = start;
          continue;
        }
        trouble = "the leader is behind the one before it";
      } else {
        this.refuse(subject, answer.code);
        this.#cluster.notLeader(request.topic, request.partition, leader);
        trouble = codeText(answer.code);
      }
      if (!(await deadline.wait(signal)))
        throw unavailable(subject, `it cannot be read (${trouble}); it is asked again`);
    }
  }

  /**
   * The start or the end of a partition, or where a time begins. The end is that of all records, committed or not.
   *
   * @throws CHANGELOG_UNAVAILABLE, CONFIG_INVALID
   */
  async offset(of: TopicPartition, time: bigint, deadline: Deadline, signal?: AbortSignal): Promise<bigint> {
    for (;;) {
      const leader = await this.leader(of, deadline, signal);
      let trouble: string;
      try {
        const request = listOffsets({ ...of, time });
        const { code, offset } = await this.#cluster.call(leader.brokerId, "control", request, deadline.leftMs);
        if (code === kafkaCodes.NONE) return offset;
        this.refuse(subjectOf(of), code);
        trouble = codeText(code);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        trouble = error.message;
      }
      this.#cluster.notLeader(of.topic, of.partition, leader);
      if (!(await deadline.wait(signal)))
        throw unavailable(subjectOf(of), `its end is not to be learned (${trouble}); it is asked again`);
    }
  }

  /** Who leads, of the same topic as ever. @throws CHANGELOG_UNAVAILABLE, CONFIG_INVALID, TOPIC_REPLACED */
  async leader(of: TopicPartition, deadline: Deadline, signal?: AbortSignal): Promise<Leader> {
    const { topic, partition } = of;
    const known = this.knownLeader(of);
    if (known !== undefined) return known;
    try {
      return this.#same(of, await this.#cluster.leader(topic, partition, deadline, signal));
    } catch (error) {
      const isMissing = isAffinityError(error) && error.code === "CONFIG_INVALID";
      const expected = this.#expected(of);
      if (!isMissing || expected === undefined) throw error;
      const found = this.#cluster.topic(topic);
      if (found?.code !== kafkaCodes.NONE) throw topicReplaced(topic, "gone");
      throw incarnationOf(found.id) === expected ? error : topicReplaced(topic, "anew");
    }
  }

  /** Who leads, when it is known without asking. @throws TOPIC_REPLACED */
  knownLeader(of: TopicPartition): Leader | undefined {
    const known = this.#cluster.knownLeader(of.topic, of.partition);
    return known && this.#same(of, known);
  }

  /** Whoever begins at 0 takes what there is; whoever goes on has missed what was deleted in between. Compaction moves no start. */
  #tellLost({ topic, partition }: TopicPartition, from: bigint, start: bigint): void {
    const name = topicPartitionName(topic, partition);
    if (from === 0n || this.#toldLost.has(name)) return;
    this.#toldLost.add(name);
    this.#logger.error(
      { topic, partition, from: String(from), start: String(start) },
      `records of a topic were deleted before they were read: those from offset ${from} up to ${start} are missing here, whatever ` +
        "was acknowledged in them; look at the topic's cleanup.policy and retention, and who deletes its records",
    );
  }

  #same(of: TopicPartition, leader: Leader): Leader {
    const expected = this.#expected(of);
    const { incarnation } = leader;
    if (expected === undefined) this.#incarnations.set(of.topic, incarnation);
    else if (expected !== incarnation) throw topicReplaced(of.topic, "anew");
    if (this.#resized.has(of.topic)) throw topicReplaced(of.topic, "resized");
    return leader;
  }

  #expected({ topic, incarnation }: TopicPartition): string | undefined {
    return incarnation ?? this.#incarnations.get(topic);
  }

  /** @throws CONFIG_INVALID for a code that says that we may not. */
  refuse(subject: string, code: number): void {
    if (isRefusedRight(code))
      throw new AffinityError(
        "CONFIG_INVALID",
        `${subject}: Kafka refuses it (${codeText(code)}); grant the user of changelog.sasl the right to read, write and describe the topic, and to write its transactional id`,
      );
  }

  #fetch(
    leader: Leader,
    request: Required<Omit<ReadRequest, "signal" | "incarnation">>,
    isFirst: boolean,
  ): Promise<FetchedPart | LinkError> {
    const { partition, fromOffset, maxBytes } = request;
    return new Promise((settle) => {
      this.#lane(leader.brokerId).submit({ ...leader, partition, fromOffset, maxBytes, settle }, isFirst);
    });
  }

  #lane(brokerId: number): FetchLane {
    let lane = this.#lanes.get(brokerId);
    if (lane === undefined) {
      lane = new FetchLane(this.#cluster, brokerId);
      this.#lanes.set(brokerId, lane);
    }
    return lane;
  }
}

export function subjectOf({ topic, partition }: TopicPartition): string {
  return `topic ${topic}, partition ${partition}`;
}
