/**
 * The configuration as the rest of the node reads it: every value is there, checked and typed; paths are absolute
 * except those of `generate`, which stay relative to the project as diagnostics print them.
 *
 * What each setting means, its default and its bounds stand in one place: `settings.ts`.
 */
import type { Compression } from "../../changelog/kafka/batch-compressor.js";
import type { CompatibilityLevel } from "../../schema/compatibility.js";
import type { JsonValue } from "../../schema/type.js";

/** An adapter that the user brings: `type` in affinity.json is a path or the name of a package. */
export interface ModuleAdapter {
  readonly type: "module";
  /** What to import: a `file:` URL for a path, else the package's name, to be resolved from `root`. */
  readonly specifier: string;
  /** As written, for messages. */
  readonly written: string;
  /** The other members of the section, handed to the adapter as they are. */
  readonly options: { readonly [name: string]: JsonValue };
}

/** What the registries over a log of ours have in common. */
interface OwnRegistry {
  /** The level of subjects where neither they nor the registry have one. */
  readonly compatibility: CompatibilityLevel;
  /** Whether the node serves it at `/_affinity/registry`. */
  readonly isServed: boolean;
}

/** How a node shows who it is. User, password and token are secrets. */
export type RegistryAuth =
  | { readonly type: "none" }
  | { readonly type: "basic"; readonly user: string; readonly password: string }
  | { readonly type: "bearer"; readonly token: string };

export type RegistryConfig = (
  | ({ readonly type: "embedded" | "memory" } & OwnRegistry)
  | ({
      readonly type: "zookeeper";
      /** `host:port,host:port/path` */
      readonly connect: string;
      readonly sessionTimeoutMs: number;
      /** Time for one request, ms. */
      readonly timeoutMs: number;
    } & OwnRegistry)
  | {
      readonly type: "confluent";
      readonly urls: readonly string[];
      readonly auth: RegistryAuth;
      /** Absolute path of a PEM file; absent: the authorities that Node.js knows. */
      readonly ca?: string;
      /** Time for one request, ms. */
      readonly timeoutMs: number;
      /** Times that all servers are tried again. */
      readonly retries: number;
      /** Memory for schemas, and as much on the disk, MiB. */
      readonly cacheMb: number;
    }
  | ModuleAdapter
) & {
  /** Whether a start registers what is new. */
  readonly autoRegister: boolean;
};

/** Bounds of the changelogs that we bring. */
interface LogSettings {
  /** Every record younger than this is kept, ms. */
  readonly historyMs: number;
  /** Tombstones are kept at least this long, ms. */
  readonly tombstoneMs: number;
  /** Bytes of records that may wait to be written over all partitions; above it CHANGELOG_UNAVAILABLE. */
  readonly queueBytes: number;
}

/** How a node shows Kafka who it is. The password is a secret. */
export type KafkaSasl =
  | { readonly mechanism: "none" }
  | {
      readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: "oauthbearer";
      /** Absolute path; read at each connection. */
      readonly tokenFile: string;
    };

/** Absolute paths of PEM files; absent: the authorities that Node.js knows, and no certificate of our own. */
export interface KafkaSsl {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaConfig {
  readonly type: "kafka";
  /** `host:port` */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly replication: number;
  readonly minInsyncReplicas: number;
  readonly requestTimeoutMs: number;
  /** Of record batches that are written. */
  readonly compression: Compression;
  /** Absent: no TLS. */
  readonly ssl?: KafkaSsl;
  readonly sasl: KafkaSasl;
}

export type ChangelogConfig =
  | ({ readonly type: "sqlite" } & LogSettings)
  | ({ readonly type: "memory" } & LogSettings)
  | (KafkaConfig & LogSettings)
  | ModuleAdapter;

export type MemstoreConfig =
  | {
      readonly type: "sqlite";
      /** Memory for cached rows over all partitions, MiB. */
      readonly cacheMb: number;
      /** Applied changes that may wait to become persistent, over all partitions, MiB. */
      readonly pendingMb: number;
    }
  | { readonly type: "memory" }
  | ModuleAdapter;

export type CoordinatorConfig = { readonly type: "embedded" } | ModuleAdapter;

/** Who may call. Tokens are secrets: they appear in no log and no message. */
export type AuthConfig = { readonly type: "none" } | { readonly type: "bearer"; readonly tokens: readonly string[] };

export interface HttpConfig {
  /** Name or address to listen on. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Further values of `Host` that are served. */
  readonly hosts: readonly string[];
  /** Origins that may write beside the server's own; `anyLoopback` is set by `dev` alone. */
  readonly cors: { readonly origins: readonly string[]; readonly anyLoopback: boolean };
  readonly auth: AuthConfig;
  /** Of a single value or of one line of NDJSON: BODY_TOO_LARGE above. */
  readonly maxBodyBytes: number;
  /** Of a request's head: HEADERS_TOO_LARGE above. */
  readonly maxHeaderBytes: number;
  /** Connections at once; further ones are closed. */
  readonly maxConnections: number;
  /** Time for a request to arrive whole, ms: REQUEST_TIMEOUT above. */
  readonly requestTimeoutMs: number;
  /** Time in which a call is answered, ms: ASK_TIMEOUT above. */
  readonly askTimeoutMs: number;
  /** Time that a handler may take, ms: HANDLER_TIMEOUT above. */
  readonly handlerTimeoutMs: number;
  /** Rows of one bulk write that are under way at once. */
  readonly bulkInFlight: number;
}

export interface GenerateConfig {
  /** Folders of .avsc, .avpr and .avdl, relative to `root`, with `/`. */
  readonly schemas: readonly string[];
  /** Folders of definitions, the same. */
  readonly definitions: readonly string[];
  readonly output: string;
  readonly handlers: string;
  readonly gateways: string;
  readonly longs: "bigint" | "number";
  readonly timestamps: "date" | "bigint";
  readonly typeNames: readonly string[];
  readonly importEnding: ".js" | ".ts" | "";
}

/** The effective configuration. Plain data: copy it with a spread to change a value. */
export interface ResolvedConfig {
  /** Absolute path of affinity.json. */
  readonly file: string;
  /** Absolute path of its folder: the project. */
  readonly root: string;
  /** Of the project: first word of its topics. */
  readonly name: string;
  readonly generate: GenerateConfig;
  /** Absolute path of the folder that holds `generated/` and `handlers/`, as TypeScript or JavaScript. */
  readonly run: { readonly code: string };
  readonly http: HttpConfig;
  /** Absolute path of the embedded state. */
  readonly dataDir: string;
  readonly registry: RegistryConfig;
  readonly changelog: ChangelogConfig;
  readonly memstore: MemstoreConfig;
  readonly coordinator: CoordinatorConfig;
  /** Requests that may wait for one partition: MAILBOX_FULL above. */
  readonly mailboxLimit: number;
  /** Bytes that one call may write: BATCH_TOO_LARGE above. */
  readonly maxCallBytes: number;
  /** Bytes of one append to the changelog, about. */
  readonly maxBatchBytes: number;
  /** How long answers to keyed writes are remembered, ms. */
  readonly idempotencyWindowMs: number;
  /** Answers that one partition remembers: IDEMPOTENCY_FULL above. */
  readonly idempotencyLimit: number;
  /** How long the event loop may be blocked before the watchdog ends the process, ms. */
  readonly stallMs: number;
  /** How long a stop waits for accepted requests, ms. */
  readonly drainMs: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}
