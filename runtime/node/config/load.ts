/** Reads affinity.json: text → tree → entries → checks → ResolvedConfig. All findings are gathered, then told at once. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AffinityError, messageOf } from "../../core/errors.js";
import type { JsonValue } from "../../schema/type.js";
import { type AdapterSection, moduleUrl } from "./adapters.js";
import { checkRules, checkValues, Values } from "./checks.js";
import { type Entry, EntryReader } from "./entries.js";
import type { Environment } from "./environment.js";
import { type ConfigFinding, configError } from "./finding.js";
import { kafkaOf } from "./kafka.js";
import type {
  AuthConfig,
  ChangelogConfig,
  CoordinatorConfig,
  HttpConfig,
  MemstoreConfig,
  ModuleAdapter,
  RegistryAuth,
  RegistryConfig,
  ResolvedConfig,
} from "./resolved.js";
import { settings } from "./settings.js";
import { parseSource } from "./source.js";

/** The outcome of reading a configuration: it, or what is wrong with it. */
export type ConfigReading =
  | { readonly ok: true; readonly config: ResolvedConfig; readonly given: ReadonlyMap<string, Entry> }
  | { readonly ok: false; readonly findings: readonly ConfigFinding[] };

/**
 * Reads a configuration.
 *
 * @param file Path of affinity.json; paths in it are relative to its folder.
 * @throws CONFIG_INVALID or NOT_YET with every finding; CONFIG_INVALID when the file cannot be read.
 */
export function loadConfig(file: string, environment: Environment): ResolvedConfig {
  const reading = readConfig(file, environment);
  if (!reading.ok) throw configError(reading.findings);
  return reading.config;
}

/** The same with findings as a value. @throws CONFIG_INVALID when the file cannot be read. */
export function readConfig(file: string, environment: Environment): ConfigReading {
  const path = resolve(file);
  const source = parseSource(read(path));
  const named = (findings: EntryReader["findings"]): ConfigReading => ({
    ok: false,
    findings: findings
      .map((finding) => ({ ...finding, at: { ...finding.at, file } }))
      .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column),
  });
  if (!source.ok) return named([source.finding]);
  const reader = new EntryReader(dirname(path), environment);
  reader.read(source.root);
  checkValues(reader);
  if (reader.findings.length === 0) checkRules(reader);
  if (reader.findings.length > 0) return named(reader.findings);
  return { ok: true, config: assemble(path, reader), given: reader.given };
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AffinityError("CONFIG_INVALID", `${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function assemble(file: string, reader: EntryReader): ResolvedConfig {
  const root = dirname(file);
  const values = new Values(reader.given);
  return {
    file,
    root,
    name: values.get(settings.name),
    generate: {
      schemas: values.get(settings.generateSchemas),
      definitions: values.get(settings.generateDefinitions),
      output: values.get(settings.generateOutput),
      handlers: values.get(settings.generateHandlers),
      gateways: values.get(settings.generateGateways),
      longs: values.get(settings.generateLongs),
      timestamps: values.get(settings.generateTimestamps),
      typeNames: values.get(settings.generateTypeNames),
      importEnding: values.get(settings.generateImportEnding),
    },
    run: { code: resolve(root, values.get(settings.runCode)) },
    http: http(values),
    dataDir: resolve(root, values.get(settings.dataDir)),
    ...adapters(root, values, (section) => brought(section, root, values, reader)),
    mailboxLimit: values.get(settings.mailboxLimit),
    maxCallBytes: values.get(settings.maxCallBytes),
    maxBatchBytes: values.get(settings.maxBatchBytes),
    idempotencyWindowMs: values.get(settings.idempotencyWindowMs),
    idempotencyLimit: values.get(settings.idempotencyLimit),
    stallMs: values.get(settings.stallMs),
    drainMs: values.get(settings.drainMs),
    logLevel: values.get(settings.logLevel),
  };
}

function http(values: Values): HttpConfig {
  return {
    host: values.get(settings.httpHost),
    port: values.get(settings.httpPort),
    hosts: values.get(settings.httpHosts),
    cors: { origins: values.get(settings.httpCorsOrigins), anyLoopback: false },
    auth: auth(values),
    maxBodyBytes: values.get(settings.httpMaxBodyBytes),
    maxHeaderBytes: values.get(settings.httpMaxHeaderBytes),
    maxConnections: values.get(settings.httpMaxConnections),
    requestTimeoutMs: values.get(settings.httpRequestTimeoutMs),
    askTimeoutMs: values.get(settings.httpAskTimeoutMs),
    handlerTimeoutMs: values.get(settings.httpHandlerTimeoutMs),
    bulkInFlight: values.get(settings.httpBulkInFlight),
  };
}

function auth(values: Values): AuthConfig {
  return values.get(settings.httpAuthType) === "bearer"
    ? { type: "bearer", tokens: values.get(settings.httpAuthTokens) }
    : { type: "none" };
}

interface Adapters {
  readonly registry: RegistryConfig;
  readonly changelog: ChangelogConfig;
  readonly memstore: MemstoreConfig;
  readonly coordinator: CoordinatorConfig;
}

function adapters(root: string, values: Values, module: (section: AdapterSection) => ModuleAdapter): Adapters {
  const memstore = values.get(settings.memstoreType);
  return {
    registry: registryOf(root, values) ?? {
      ...module("registry"),
      autoRegister: values.get(settings.registryAutoRegister),
    },
    changelog: changelogOf(root, values) ?? module("changelog"),
    memstore: memstoreOf(memstore, values) ?? module("memstore"),
    coordinator: values.get(settings.coordinatorType) === "embedded" ? { type: "embedded" } : module("coordinator"),
  };
}

function registryOf(root: string, values: Values): RegistryConfig | undefined {
  const type = values.get(settings.registryType);
  const autoRegister = values.get(settings.registryAutoRegister);
  const own = {
    autoRegister,
    compatibility: values.get(settings.registryCompatibility),
    isServed: values.get(settings.registryServe),
  };
  const timeoutMs = values.get(settings.registryTimeoutMs);
  switch (type) {
    case "embedded":
    case "memory":
      return { type, ...own };
    case "zookeeper":
      return {
        type,
        ...own,
        connect: values.get(settings.registryConnect),
        sessionTimeoutMs: values.get(settings.registrySessionTimeoutMs),
        timeoutMs,
      };
    case "confluent": {
      const ca = values.get(settings.registryCa);
      return {
        type,
        autoRegister,
        urls: values.get(settings.registryUrl).split(/,\s*/),
        auth: registryAuth(values),
        ...(ca === "" ? {} : { ca: resolve(root, ca) }),
        timeoutMs,
        retries: values.get(settings.registryRetries),
        cacheMb: values.get(settings.registryCacheMb),
      };
    }
    default:
      return undefined;
  }
}

function registryAuth(values: Values): RegistryAuth {
  const type = values.get(settings.registryAuthType);
  switch (type) {
    case "none":
      return { type };
    case "basic":
      return { type, user: values.get(settings.registryAuthUser), password: values.get(settings.registryAuthPassword) };
    case "bearer":
      return { type, token: values.get(settings.registryAuthToken) };
  }
}

function changelogOf(root: string, values: Values): ChangelogConfig | undefined {
  const type = values.get(settings.changelogType);
  const bounds = {
    historyMs: values.get(settings.changelogHistoryMs),
    tombstoneMs: values.get(settings.changelogTombstoneMs),
    queueBytes: values.get(settings.changelogQueueBytes),
  };
  if (type === "sqlite" || type === "memory") return { type, ...bounds };
  return type === "kafka" ? { ...kafkaOf(root, values), ...bounds } : undefined;
}

function memstoreOf(type: string, values: Values): MemstoreConfig | undefined {
  if (type === "memory") return { type };
  if (type !== "sqlite") return undefined;
  return { type, cacheMb: values.get(settings.memstoreCacheMb), pendingMb: values.get(settings.memstorePendingMb) };
}

const typeSettings = {
  registry: settings.registryType,
  changelog: settings.changelogType,
  memstore: settings.memstoreType,
  coordinator: settings.coordinatorType,
} as const;

function brought(section: AdapterSection, root: string, values: Values, reader: EntryReader): ModuleAdapter {
  const written = values.get(typeSettings[section]);
  const options: { readonly [name: string]: JsonValue } = reader.options.get(section) ?? {};
  return { type: "module", specifier: moduleUrl(written, root) ?? written, written, options };
}
