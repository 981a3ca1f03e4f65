import { type ApiRequest, apiRequest, compactItems } from "./request.js";

export interface BrokerAddress {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface PartitionMetadata {
  readonly partition: number;
  readonly code: number;
  /** −1: there is none at the moment. */
  readonly leader: number;
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly code: number;
  readonly name: string;
  /** 16 bytes; another when a topic of this name was deleted and made anew. */
  readonly id: Buffer;
  /** Of the brokers' own, as `__consumer_offsets`. */
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionMetadata[];
}

export interface Metadata {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicMetadata[];
}

/** Metadata of topics, or of all that there are. Makes none. */
export function metadata(topics: readonly string[] | "all"): ApiRequest<Metadata> {
  return apiRequest({
    key: 3,
    name: "Metadata",
    version: 10,
    isFlexible: true,
    write: (out) => {
      // The absent array, which has a length of its own, stands for all.
      out.compactLength(topics === "all" ? -1 : topics.length);
      for (const topic of topics === "all" ? [] : topics) {
        out.raw(Buffer.alloc(16));
        out.compactString(topic);
        out.noTags();
      }
      out.bool(false);
      out.bool(false);
      out.bool(false);
      out.noTags();
    },
    read: (source) => {
      source.i32();
      const brokers = compactItems(source, 11, () => {
        const broker = { id: source.i32(), host: source.compactString() ?? "", port: source.i32() };
        source.compactString();
        source.tags();
        return broker;
      });
      source.compactString();
      source.i32();
      const topics = compactItems(source, 26, () => {
        const code = source.i16();
        const name = source.compactString() ?? "";
        const id = Buffer.from(source.uuid());
        const isInternal = source.bool();
        const partitions = compactItems(source, 18, () => {
          const partition = {
            code: source.i16(),
            partition: source.i32(),
            leader: source.i32(),
            leaderEpoch: source.i32(),
          };
          for (let lists = 3; lists > 0; lists -= 1) compactItems(source, 4, () => source.i32());
          source.tags();
          return partition;
        });
        source.i32();
        source.tags();
        return { code, name, id, isInternal, partitions };
      });
      return { brokers, topics };
    },
  });
}
