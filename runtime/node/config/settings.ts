/**
 * Every setting there is: the one table from which checking, `affinity config`, docs/configuration.md and the JSON Schema
 * for editors derive. Every bound of the runtime that a user may move stands here by name.
 */
import { compatibilityLevels } from "../../schema/compatibility.js";
import { choice, flag, integer, list, type Setting, text } from "./setting.js";

const day = 86_400_000;
const mebibyte = 1_048_576;

/** In the order in which the documentation shows them. */
export const settings = {
  name: text("name", {
    type: "text of letters, digits, . _ -",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    default: "app",
    text: "Name of the project. It is the first word of its topics, so changing it leaves the stored data behind.",
  }),
  generateSchemas: list("generate.schemas", {
    items: "paths of folders",
    default: ["schemas"],
    isNeeded: true,
    text: "Folders that are searched for `.avsc`, `.avpr` and `.avdl` files.",
  }),
  generateDefinitions: list("generate.definitions", {
    items: "paths of folders",
    default: ["keyspaces"],
    isNeeded: true,
    text: "Folders that are searched for definitions.",
  }),
  generateOutput: text("generate.output", {
    type: "path of a folder",
    default: "src/generated",
    text: "Folder of the generated code. Only files with the generator's banner are overwritten or removed there.",
  }),
  generateHandlers: text("generate.handlers", {
    type: "path of a folder",
    default: "src/handlers",
    text: "Folder of your handlers. A missing one is created once as a stub and then left alone.",
  }),
  generateGateways: text("generate.gateways", {
    type: "path of a folder",
    default: "src/gateways",
    text: "Folder of your gateways' code. Gateways have no runtime yet.",
  }),
  generateLongs: choice("generate.longs", ["bigint", "number"], {
    default: "bigint",
    text: "TypeScript type of Avro longs. `number` is checked: a long beyond 2^53 is an error, never rounded.",
  }),
  generateTimestamps: choice("generate.timestamps", ["date", "bigint"], {
    default: "date",
    text: "TypeScript type of timestamp-millis.",
  }),
  generateTypeNames: list("generate.typeNames", {
    items: "texts like `bank.Account=AccountRecord`",
    pattern: /^[A-Za-z_][\w.]*=[A-Za-z_$][\w$]*$/,
    default: [],
    text: "TypeScript names of types by their full Avro name, for schemas that you cannot edit; others say it themselves.",
  }),
  generateImportEnding: choice("generate.importEnding", [".js", ".ts", ""], {
    default: ".js",
    text: "How imports between generated files end; empty for bundlers.",
  }),
  runCode: text("run.code", {
    type: "path of a folder",
    default: "src",
    text: "Folder whose `generated/` and `handlers/` the node loads: `src` for TypeScript, `dist` for the same layout compiled.",
  }),
  httpHost: text("http.host", {
    type: "host name or address",
    pattern: /^\S+$/,
    default: "127.0.0.1",
    text: "Where to listen. What is not loopback starts only with `http.auth` written down, `none` included.",
  }),
  httpPort: integer("http.port", {
    min: 0,
    max: 65_535,
    default: 8080,
    text: "Port to listen on; 0 takes a free one.",
  }),
  httpHosts: list("http.hosts", {
    items: "host names without port",
    pattern: /^[^\s/:]+$|^\[[0-9A-Fa-f:.]+\]$/,
    default: [],
    text: "Names under which the node is reached. Other values of `Host` than these, loopback and the machine's own addresses are refused.",
  }),
  httpCorsOrigins: list("http.cors.origins", {
    items: "origins, as `https://app.example.com`",
    pattern: /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+$/,
    default: [],
    text: "Origins of web pages that may call, beside the node's own. `affinity dev` adds every loopback origin.",
  }),
  httpAuthType: choice("http.auth.type", ["none", "bearer"], {
    default: "none",
    text: "Who may call: everyone, or who sends `Authorization: Bearer <token>`.",
  }),
  httpAuthTokens: list("http.auth.tokens", {
    items: "tokens of visible ASCII characters",
    pattern: /^[\x21-\x7e]+$/,
    default: [],
    isSecret: true,
    isNeeded: true,
    only: ["bearer"],
    text: "Tokens that are accepted; several, so that they can be exchanged one after another. Best from the environment.",
  }),
  httpMaxBodyBytes: integer("http.maxBodyBytes", {
    min: 1_024,
    max: 64 * mebibyte,
    default: mebibyte,
    text: "Largest value, and largest line of NDJSON, in bytes; above it 413 BODY_TOO_LARGE.",
  }),
  httpMaxHeaderBytes: integer("http.maxHeaderBytes", {
    min: 8_192,
    max: mebibyte,
    default: 16_384,
    text: "Largest head of a request, in bytes; above it 431 HEADERS_TOO_LARGE.",
  }),
  httpMaxConnections: integer("http.maxConnections", {
    min: 1,
    max: 1_000_000,
    default: 10_000,
    text: "Connections at once; further ones are closed.",
  }),
  httpRequestTimeoutMs: integer("http.requestTimeoutMs", {
    min: 100,
    max: day,
    default: 30_000,
    text: "Time for a request to arrive whole, in milliseconds; above it 408 REQUEST_TIMEOUT. A bulk write may go on for as long as its lines keep coming.",
  }),
  httpAskTimeoutMs: integer("http.askTimeoutMs", {
    min: 100,
    max: day,
    default: 30_000,
    text: "Time in which a partition answers a call, in milliseconds; above it 504 ASK_TIMEOUT.",
  }),
  httpHandlerTimeoutMs: integer("http.handlerTimeoutMs", {
    min: 10,
    max: day,
    default: 5_000,
    text: "Time that a handler may take, in milliseconds; above it 504 HANDLER_TIMEOUT, its writes are dropped and the partition goes on.",
  }),
  httpBulkInFlight: integer("http.bulkInFlight", {
    min: 1,
    max: 10_000,
    default: 256,
    text: "Rows of one bulk write that are under way at once.",
  }),
  dataDir: text("dataDir", {
    type: "path of a folder",
    default: "data",
    text: "Folder of the embedded state. One process at a time.",
  }),
  registryType: text("registry.type", {
    type: '"embedded", "memory", "confluent", "zookeeper", or the path or package of your own adapter',
    default: "embedded",
    text: "Where schema ids come from. `memory` forgets them at the end and so goes with a changelog in memory only; `confluent` speaks the REST interface of Confluent's Schema Registry.",
  }),
  registryAutoRegister: flag("registry.autoRegister", {
    default: true,
    text: "Whether a start registers schemas that are new. With `false` it only looks them up, and a missing one ends it with what to register: for those who register in their pipeline, with `affinity registry register`.",
  }),
  registryServe: flag("registry.serve", {
    default: false,
    only: ["embedded", "memory", "zookeeper"],
    text: "Whether the node serves its registry at `/_affinity/registry`, as Confluent's REST interface.",
  }),
  registryCompatibility: choice("registry.compatibility", compatibilityLevels, {
    default: "BACKWARD",
    only: ["embedded", "memory", "zookeeper"],
    text: "What a new version of a subject must be to earlier ones, where neither the subject nor the registry has a level of its own.",
  }),
  registryUrl: text("registry.url", {
    type: "URL, or several separated by commas",
    pattern: /^https?:\/\/[^\s,]+(?:,\s*https?:\/\/[^\s,]+)*$/,
    default: "http://127.0.0.1:8081",
    only: ["confluent"],
    text: "Where the registry is reached. Several servers of one registry are tried one after another. Name and password stand in `registry.auth`, never here.",
  }),
  registryConnect: text("registry.connect", {
    type: "ZooKeeper's servers as `host:port,host:port/path`",
    pattern: /^[^\s,/]+(?:,[^\s,/]+)*(?:\/[^\s]*[^\s/])?$/,
    default: "127.0.0.1:2181",
    only: ["zookeeper"],
    text: "Where ZooKeeper is reached, and under which path the registry stands: `/affinity/registry` where none is given.",
  }),
  registrySessionTimeoutMs: integer("registry.sessionTimeoutMs", {
    min: 1_000,
    max: 600_000,
    default: 10_000,
    only: ["zookeeper"],
    text: "Session of ZooKeeper, in milliseconds.",
  }),
  registryTimeoutMs: integer("registry.timeoutMs", {
    min: 100,
    max: 600_000,
    default: 10_000,
    only: ["confluent", "zookeeper"],
    text: "Time in which the registry answers one request, in milliseconds; above it another server is tried.",
  }),
  registryRetries: integer("registry.retries", {
    min: 0,
    max: 100,
    default: 3,
    only: ["confluent"],
    text: "How often all servers are tried again before the registry counts as REGISTRY_UNAVAILABLE, with growing pauses of at most two seconds.",
  }),
  registryCacheMb: integer("registry.cacheMb", {
    min: 1,
    max: 1_024,
    default: 16,
    only: ["confluent"],
    text: "Memory for schemas that were asked for, in MiB. As much is kept in the data folder, so that a node whose schemas are registered starts while the registry is away.",
  }),
  registryCa: text("registry.ca", {
    type: "path of a PEM file",
    default: "",
    isOptional: true,
    only: ["confluent"],
    text: "Certificates of the authorities that the registry's certificate may come from, instead of those that Node.js knows.",
  }),
  registryAuthType: choice("registry.auth.type", ["none", "basic", "bearer"], {
    default: "none",
    text: "How the node shows the registry who it is. With `registry.type` confluent.",
  }),
  registryAuthUser: text("registry.auth.user", {
    default: "",
    isOptional: true,
    only: ["basic"],
    text: "Name of the user.",
  }),
  registryAuthPassword: text("registry.auth.password", {
    default: "",
    isOptional: true,
    isSecret: true,
    only: ["basic"],
    text: "The user's password. Best from the environment.",
  }),
  registryAuthToken: text("registry.auth.token", {
    default: "",
    isOptional: true,
    isSecret: true,
    only: ["bearer"],
    text: "The token. Best from the environment.",
  }),
  changelogType: text("changelog.type", {
    type: '"sqlite", "memory", "kafka", or the path or package of your own adapter',
    default: "sqlite",
    text: "The source of truth. `sqlite` is durable: an acknowledged write is on the disk. `kafka` keeps it in topics that other programs may read. `memory` is for tests.",
  }),
  changelogHistoryMs: integer("changelog.historyMs", {
    min: 0,
    max: 365 * day,
    default: 3_600_000,
    only: ["sqlite", "memory", "kafka"],
    text: "Every change younger than this is kept, in milliseconds; of older ones the newest of each key.",
  }),
  changelogTombstoneMs: integer("changelog.tombstoneMs", {
    min: 0,
    max: 365 * day,
    default: day,
    only: ["sqlite", "memory", "kafka"],
    text: "How long the log remembers that a key was deleted, in milliseconds.",
  }),
  changelogQueueBytes: integer("changelog.queueBytes", {
    min: mebibyte,
    max: 4_096 * mebibyte,
    default: 64 * mebibyte,
    only: ["sqlite", "memory", "kafka"],
    text: "Bytes that may wait to be written over all partitions; above it 503 CHANGELOG_UNAVAILABLE.",
  }),
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
  memstoreType: text("memstore.type", {
    type: '"sqlite", "memory", or the path or package of your own adapter',
    default: "sqlite",
    text: "Where rows are read from. `sqlite` keeps them on disk with a bounded cache; `memory` keeps all and is rebuilt from the changelog at each start.",
  }),
  memstoreCacheMb: integer("memstore.cacheMb", {
    min: 1,
    max: 1_048_576,
    default: 256,
    only: ["sqlite"],
    text: "Memory for cached rows over all partitions, in MiB.",
  }),
  memstorePendingMb: integer("memstore.pendingMb", {
    min: 1,
    max: 65_536,
    default: 64,
    only: ["sqlite"],
    text: "Applied changes that may wait to be written behind, over all partitions, in MiB; above it writes wait.",
  }),
  coordinatorType: text("coordinator.type", {
    type: '"embedded", or the path or package of your own adapter',
    default: "embedded",
    text: "Who decides which node is master of a partition. `embedded` is for one node.",
  }),
  mailboxLimit: integer("mailboxLimit", {
    min: 1,
    max: 1_000_000,
    default: 1_000,
    text: "Requests that may wait for one partition; above it 503 MAILBOX_FULL.",
  }),
  maxCallBytes: integer("maxCallBytes", {
    min: 1_024,
    max: 256 * mebibyte,
    default: 8 * mebibyte,
    text: "Bytes that one call of a handler may write; above it 413 BATCH_TOO_LARGE and nothing of it is written.",
  }),
  maxBatchBytes: integer("maxBatchBytes", {
    min: 1_024,
    max: 256 * mebibyte,
    default: mebibyte,
    text: "Bytes after which the calls that wait are no longer gathered into one append of a partition.",
  }),
  idempotencyWindowMs: integer("idempotencyWindowMs", {
    min: 1_000,
    max: day,
    default: 600_000,
    text: "How long the answer to a write with an `Idempotency-Key` is remembered, in milliseconds since its first attempt.",
  }),
  idempotencyLimit: integer("idempotencyLimit", {
    min: 1,
    max: 100_000_000,
    default: 1_000_000,
    text: "Answers that one partition remembers; above it writes with a key get 503 IDEMPOTENCY_FULL.",
  }),
  stallMs: integer("stallMs", {
    min: 100,
    max: day,
    default: 10_000,
    text: "How long a handler may block the event loop, in milliseconds, before the watchdog names it and ends the process.",
  }),
  logLevel: choice("logLevel", ["debug", "info", "warn", "error"], {
    default: "info",
    text: "What is logged, this and worse. The log goes to standard error: short lines on a terminal, JSON lines elsewhere.",
  }),
  drainMs: integer("drainMs", {
    min: 0,
    max: day,
    default: 10_000,
    text: "How long a stop waits for the requests that were accepted, in milliseconds.",
  }),
} as const;

/** The table as a list. */
export const allSettings: readonly Setting[] = Object.values(settings);
