/** Settings of `changelog` that count where it is kept in Kafka: topics, connections, and who the node is there. */
import { choice, flag, integer, list, text } from "./setting.js";

export const kafkaSettings = {
  changelogBrokers: list("changelog.brokers", {
    items: "brokers as `host:port`",
    pattern: /^(\[[0-9A-Fa-f:.]+\]|[^\s:/,]+):\d{1,5}$/,
    default: ["127.0.0.1:9092"],
    isNeeded: true,
    only: ["kafka"],
    text: "Where Kafka is reached: some of its brokers, which tell of the others. Brokers from 3.1 on.",
  }),
  changelogClientId: text("changelog.clientId", {
    default: "affinity",
    only: ["kafka"],
    text: "Name under which brokers know the node, in their logs and quotas.",
  }),
  changelogReplication: integer("changelog.replication", {
    min: 1,
    max: 100,
    default: 3,
    only: ["kafka"],
    text: "Copies of each partition of topics that are made. With fewer brokers it has to be written down.",
  }),
  changelogMinInsyncReplicas: integer("changelog.minInsyncReplicas", {
    min: 1,
    max: 100,
    default: 2,
    only: ["kafka"],
    text: "Copies that have a write before it is acknowledged. At most one fewer than `replication`, or no broker may fail.",
  }),
  changelogRequestTimeoutMs: integer("changelog.requestTimeoutMs", {
    min: 100,
    max: 600_000,
    default: 10_000,
    only: ["kafka"],
    text: "Time in which a broker answers a request, in milliseconds. Above it the outcome of a write is unknown, and its partition answers nothing until it has read its log.",
  }),
  changelogCompression: choice("changelog.compression", ["none", "gzip", "snappy", "lz4", "zstd"], {
    default: "none",
    only: ["kafka"],
    text: "How record batches that are written are compressed; all of these are read in any case. `snappy` and `lz4` need the optional packages `snappy` and `lz4-napi`, and `zstd` needs Node.js 22.15; a start without them is CONFIG_INVALID.",
  }),
  changelogSslEnabled: flag("changelog.ssl.enabled", {
    default: false,
    text: "Whether connections to Kafka use TLS. With `changelog.type` kafka.",
  }),
  changelogSslCa: text("changelog.ssl.ca", {
    type: "path of a PEM file",
    default: "",
    isOptional: true,
    text: "Certificates of the authorities that brokers' certificates may come from, instead of those that Node.js knows.",
  }),
  changelogSslCert: text("changelog.ssl.cert", {
    type: "path of a PEM file",
    default: "",
    isOptional: true,
    text: "The node's own certificate, for brokers that ask for one.",
  }),
  changelogSslKey: text("changelog.ssl.key", {
    type: "path of a PEM file",
    default: "",
    isOptional: true,
    text: "The key of that certificate.",
  }),
  changelogSaslMechanism: choice(
    "changelog.sasl.mechanism",
    ["none", "plain", "scram-sha-256", "scram-sha-512", "oauthbearer"],
    {
      default: "none",
      text: "How the node shows Kafka who it is. With `changelog.type` kafka; `plain` and `oauthbearer` send what they hold, so let them go with `ssl`.",
    },
  ),
  changelogSaslUsername: text("changelog.sasl.username", {
    default: "",
    isOptional: true,
    text: "Name of the user, for `plain` and `scram`.",
  }),
  changelogSaslPassword: text("changelog.sasl.password", {
    default: "",
    isOptional: true,
    isSecret: true,
    text: "The user's password. Best from the environment.",
  }),
  changelogSaslTokenFile: text("changelog.sasl.tokenFile", {
    type: "path of a file",
    default: "",
    isOptional: true,
    text: "File that holds the token for `oauthbearer`. It is read at each connection, so that what renews tokens writes it anew.",
  }),
} as const;
