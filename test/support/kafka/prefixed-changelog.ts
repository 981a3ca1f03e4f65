/** A changelog whose topics have a prefix in Kafka, so that each test has topics of its own on a shared broker. */
import type {
  AppendOutcome,
  Changelog,
  GrowthRequest,
  LogSlice,
  NewRecord,
  PartitionLog,
  ReadRequest,
  TopicInfo,
  TopicSpec,
} from "../../../runtime/changelog/changelog.js";

export class PrefixedChangelog implements Changelog {
  readonly #inner: Changelog;
  readonly #prefix: string;

  constructor(inner: Changelog, prefix: string) {
    this.#inner = inner;
    this.#prefix = prefix;
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    const infos = await this.#inner.ensureTopics(topics.map((spec) => ({ ...spec, name: this.#prefix + spec.name })));
    return infos.map((info) => ({ ...info, name: info.name.slice(this.#prefix.length) }));
  }

  async open(request: Parameters<Changelog["open"]>[0]): Promise<PartitionLog> {
    const topics = request.topics.map((topic) => this.#prefix + topic);
    return new PrefixedLog(await this.#inner.open({ ...request, topics }), this.#prefix);
  }

  read(request: ReadRequest): Promise<LogSlice> {
    return this.#inner.read({ ...request, topic: this.#prefix + request.topic });
  }

  get isShared(): boolean {
    return this.#inner.isShared;
  }

  grown(request: GrowthRequest): Promise<void> {
    return this.#inner.grown({ ...request, topic: this.#prefix + request.topic });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

class PrefixedLog implements PartitionLog {
  readonly #inner: PartitionLog;
  readonly #prefix: string;

  constructor(inner: PartitionLog, prefix: string) {
    this.#inner = inner;
    this.#prefix = prefix;
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    const ends = await this.#inner.fence(signal);
    return new Map([...ends].map(([topic, end]) => [topic.slice(this.#prefix.length), end]));
  }

  append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    return this.#inner.append(records.map((record) => ({ ...record, topic: this.#prefix + record.topic })));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
