/**
 * The changelog that others share: topics of Kafka. kafkajs carries bytes and makes topics; requests, record batches, sequence
 * numbers and fences are ours, since its producers lose acknowledged records after a failed send (docs/kafka.md).
 */
import { type Admin, Kafka, logLevel } from "kafkajs";
import type { Clock } from "../../core/clock.js";
import { Slots } from "../../core/slots.js";
import type {
  Changelog,
  GrowthRequest,
  LogSlice,
  PartitionLog,
  ReadRequest,
  TopicInfo,
  TopicSpec,
} from "../changelog.js";
import { topicConflict, topicUnknown, unavailable } from "../topics.js";
import { type BatchCompressor, type Compression, openBatchCompressor } from "./batch-compressor.js";
import { incarnationOf, type KafkaCluster } from "./cluster.js";
import { clusterOf, type KafkaConnection } from "./connection.js";
import { type EnsureTopicsParts, ensureKafkaTopics, setBack } from "./ensure-topics.js";
import { type KafkaLogRequest, KafkaPartitionLog } from "./kafka-partition-log.js";
import type { KafkaParts } from "./kafka-parts.js";
import { KafkaReader } from "./kafka-reader.js";
import { ProduceLane } from "./produce-lane.js";
import { KafkaTail } from "./tail.js";
import type { KafkaTopicSettings } from "./topic-settings.js";
import { TopicWatch, topicLookMs } from "./topic-watch.js";
import { unreachedText } from "./unreached.js";

export interface KafkaChangelogOptions extends KafkaConnection {
  readonly topics: KafkaTopicSettings;
  /** Bytes of appends that may be under way over all partitions; above it CHANGELOG_UNAVAILABLE. */
  readonly queueBytes: number;
  /** Of the batches that are written; default `none`. */
  readonly compression?: Compression;
  /** How often the topics in use are looked at, ms; default 10,000. */
  readonly topicLookMs?: number;
}

/** Connects when it is first used. @throws CONFIG_INVALID for a compression that this machine cannot write. */
export async function openKafkaChangelog(options: KafkaChangelogOptions): Promise<Changelog> {
  return new KafkaChangelog(options);
}

class KafkaChangelog implements Changelog, KafkaParts {
  readonly isShared = true;
  readonly cluster: KafkaCluster;
  readonly reader: KafkaReader;
  readonly clock: Clock;
  readonly compressor: BatchCompressor | undefined;
  readonly #options: KafkaChangelogOptions;
  readonly #tail: KafkaTail;
  readonly #watch: TopicWatch;
  readonly #lanes = new Map<number, ProduceLane>();
  readonly #underWay = new Slots<Promise<unknown>>();
  #waitingBytes = 0;
  #isClosed = false;

  constructor(options: KafkaChangelogOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.compressor = openBatchCompressor(options.compression ?? "none");
    this.cluster = clusterOf(options);
    this.reader = new KafkaReader(this.cluster, options.logger);
    this.#tail = new KafkaTail(this.cluster, this.reader);
    this.#watch = new TopicWatch({
      ...options,
      cluster: this.cluster,
      lookMs: options.topicLookMs ?? topicLookMs,
      setBack: (specs) => this.#withAdmin((admin) => setBack(specs, this.#ensureParts(admin))),
      onResized: (topic) => {
        this.reader.resized(topic);
        this.#tail.wake(topic);
      },
    });
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    this.#refuseIfClosed();
    // First by a connection of our own: kafkajs's client does not tell what has kept it out.
    await this.cluster.reached();
    await this.#withAdmin((admin) => ensureKafkaTopics(specs, this.#ensureParts(admin)));
    await this.cluster.awaitTopics(specs.map(({ name }) => name));
    const found = specs.map((spec) => {
      const topic = this.cluster.topic(spec.name);
      if (topic === undefined) throw topicUnknown(spec.name, 0);
      const partitions = topic.partitions.length;
      if (partitions !== spec.partitions) throw topicConflict(spec, partitions);
      const incarnation = incarnationOf(topic.id);
      this.reader.expect(spec.name, incarnation);
      return { name: spec.name, partitions, incarnation };
    });
    this.#watch.watch(specs);
    return found;
  }

  async open(request: KafkaLogRequest): Promise<PartitionLog> {
    this.#refuseIfClosed();
    const deadline = this.cluster.deadline();
    for (const topic of request.topics) await this.reader.leader({ ...request, topic }, deadline);
    return new KafkaPartitionLog(this, request);
  }

  async read(request: ReadRequest): Promise<LogSlice> {
    this.#refuseIfClosed();
    return this.reader.read(request);
  }

  async grown(request: GrowthRequest): Promise<void> {
    this.#refuseIfClosed();
    return this.#tail.grown(request);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch.close();
    this.#tail.close();
    // Each ends by its deadline.
    await Promise.allSettled(this.#underWay.all());
    this.cluster.close();
  }

  produceLane(brokerId: number): ProduceLane {
    let lane = this.#lanes.get(brokerId);
    if (lane === undefined) {
      lane = new ProduceLane(this.cluster, brokerId);
      this.#lanes.set(brokerId, lane);
    }
    return lane;
  }

  admit(bytes: number): boolean {
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.queueBytes) return false;
    this.#waitingBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#waitingBytes -= bytes;
  }

  track<T>(append: Promise<T>): Promise<T> {
    const slot = this.#underWay.add(append);
    return append.finally(() => this.#underWay.remove(slot, append));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  #ensureParts(admin: Admin): EnsureTopicsParts {
    const { topics: settings, logger, requestTimeoutMs: timeoutMs } = this.#options;
    return { admin, settings, logger, clock: this.clock, timeoutMs };
  }

  async #withAdmin(run: (admin: Admin) => Promise<void>): Promise<void> {
    const { brokers, clientId, ssl, sasl, requestTimeoutMs } = this.#options;
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
      logLevel: logLevel.NOTHING,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl: await sasl() }),
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
    } catch (error) {
      throw unavailable(`Kafka at ${brokers.join(", ")}`, `it is not reached: ${unreachedText(error)}`, error);
    }
    try {
      await run(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) throw unavailable("changelog", "it is closed; nothing more is taken");
  }
}
