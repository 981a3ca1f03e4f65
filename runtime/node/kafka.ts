/** Opens the changelog in Kafka as the configuration says. Apart from `adapters.ts`, so that others do not load kafkajs. */
import { readFile } from "node:fs/promises";
import type { SASLOptions } from "kafkajs";
import type { Changelog } from "../changelog/changelog.js";
import { type KafkaChangelogOptions, openKafkaChangelog } from "../changelog/kafka/kafka-changelog.js";
import { openKafkaTopicReader } from "../changelog/kafka/kafka-topic-reader.js";
import { oauthBearer } from "../changelog/kafka/oauth-bearer.js";
import type { TopicReader } from "../changelog/topic-reader.js";
import { AffinityError, messageOf } from "../core/errors.js";
import type { AdapterParts } from "./adapters.js";
import type { ChangelogConfig, KafkaSasl, KafkaSsl } from "./config/resolved.js";

type KafkaConfig = Extract<ChangelogConfig, { readonly type: "kafka" }>;

/** Of a record batch beside keys and values: headers and lengths. Batches hold 10,000 records at most. */
const batchOverheadBytes = 4 * 1024 * 1024;

/** @throws CONFIG_INVALID when a file that the configuration names cannot be read, or the machine lacks its compression. */
export async function openKafka(config: KafkaConfig, appendBytes: number, parts: AdapterParts): Promise<Changelog> {
  const { replication, minInsyncReplicas, queueBytes, compression } = config;
  return openKafkaChangelog({
    ...parts,
    ...(await connectionOf(config)),
    queueBytes,
    compression,
    topics: { replication, minInsyncReplicas, maxMessageBytes: appendBytes + batchOverheadBytes },
  });
}

/** Its topics, for those who only look at them. @throws CONFIG_INVALID when a file that the configuration names cannot be read. */
export async function openKafkaTopics(config: KafkaConfig, parts: AdapterParts): Promise<TopicReader> {
  return openKafkaTopicReader({ ...parts, ...(await connectionOf(config)) });
}

async function connectionOf({ brokers, clientId, requestTimeoutMs, ssl, sasl }: KafkaConfig) {
  return {
    brokers,
    clientId,
    requestTimeoutMs,
    ...(ssl === undefined ? {} : { ssl: await sslOf(ssl) }),
    ...saslOf(sasl),
  };
}

async function sslOf({ ca, cert, key }: KafkaSsl): Promise<NonNullable<KafkaChangelogOptions["ssl"]>> {
  return {
    ...(ca === undefined ? {} : { ca: await textOf("changelog.ssl.ca", ca) }),
    ...(cert === undefined ? {} : { cert: await textOf("changelog.ssl.cert", cert) }),
    ...(key === undefined ? {} : { key: await textOf("changelog.ssl.key", key) }),
  };
}

function saslOf(sasl: KafkaSasl): Pick<KafkaChangelogOptions, "sasl"> {
  switch (sasl.mechanism) {
    case "none":
      return {};
    case "oauthbearer": {
      const token = async (): Promise<string> => (await textOf("changelog.sasl.tokenFile", sasl.tokenFile)).trim();
      return { sasl: async () => oauthBearer(token) };
    }
    default: {
      const { mechanism, username, password } = sasl;
      // A copy each time: kafkajs keeps state of a connection in it.
      return { sasl: async (): Promise<SASLOptions> => saslOptions(mechanism, username, password) };
    }
  }
}

function saslOptions(
  mechanism: "plain" | "scram-sha-256" | "scram-sha-512",
  username: string,
  password: string,
): SASLOptions {
  switch (mechanism) {
    case "plain":
      return { mechanism, username, password };
    case "scram-sha-256":
      return { mechanism, username, password };
    case "scram-sha-512":
      return { mechanism, username, password };
  }
}

async function textOf(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AffinityError("CONFIG_INVALID", `${setting}: ${path} cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  }
}
