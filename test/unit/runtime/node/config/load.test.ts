import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { effectiveSettings } from "../../../../../runtime/node/config/effective.js";
import { type ConfigReading, loadConfig, readConfig } from "../../../../../runtime/node/config/load.js";
import type { ResolvedConfig } from "../../../../../runtime/node/config/resolved.js";

const folder = mkdtempSync(join(tmpdir(), "affinity-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "affinity.json");

function reading(config: unknown, environment: Record<string, string> = {}): ConfigReading {
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config, null, 2));
  return readConfig(file, environment);
}

function resolved(config: unknown, environment: Record<string, string> = {}): ResolvedConfig {
  const outcome = reading(config, environment);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.findings));
  return outcome.config;
}

/** `line:column code text suggestion` of each finding. */
function findings(config: unknown, environment: Record<string, string> = {}): string[] {
  const outcome = reading(config, environment);
  if (outcome.ok) return [];
  return outcome.findings.map(({ at, code, text, suggestion = "" }) =>
    `${at.line}:${at.column} ${code} ${text} ${suggestion}`.trim(),
  );
}

const variable = (name: string): string => `\${${name}}`;

describe("affinity.json", () => {
  it("may be empty: every field has a default", () => {
    const config = resolved({});
    expect(config).toMatchObject({
      root: folder,
      name: "app",
      dataDir: join(folder, "data"),
      run: { code: join(folder, "src") },
      generate: { schemas: ["schemas"], definitions: ["keyspaces"], output: "src/generated", longs: "bigint" },
      http: { host: "127.0.0.1", port: 8080, auth: { type: "none" }, handlerTimeoutMs: 5000 },
      changelog: { type: "sqlite", historyMs: 3_600_000, tombstoneMs: 86_400_000 },
      memstore: { type: "sqlite", cacheMb: 256 },
      registry: { type: "embedded" },
      coordinator: { type: "embedded" },
      idempotencyWindowMs: 600_000,
      idempotencyLimit: 1_000_000,
      stallMs: 10_000,
    });
  });

  it("takes every field of the manual's example", () => {
    const config = resolved({
      $schema: "./node_modules/affinity-data/schemas/config.schema.json",
      name: "bank",
      generate: {
        schemas: ["schemas"],
        definitions: ["keyspaces"],
        output: "src/generated",
        handlers: "src/handlers",
        gateways: "src/gateways",
        longs: "bigint",
        timestamps: "date",
        importEnding: ".js",
      },
      run: { code: "src" },
      http: { host: "127.0.0.1", port: 8080, hosts: [], cors: { origins: [] }, auth: { type: "none" } },
      dataDir: "data",
      registry: { type: "embedded" },
      changelog: { type: "sqlite", historyMs: 3600000, tombstoneMs: 86400000 },
      memstore: { type: "sqlite", cacheMb: 256 },
      coordinator: { type: "embedded" },
    });
    expect(config.name).toBe("bank");
  });

  it("reads paths relative to its own folder", () => {
    expect(resolved({ dataDir: "../state", run: { code: "dist" } })).toMatchObject({
      dataDir: join(folder, "../state"),
      run: { code: join(folder, "dist") },
    });
    expect(resolved({ dataDir: "/var/lib/bank" }).dataDir).toBe("/var/lib/bank");
  });

  it("takes environment variables, also where a number belongs", () => {
    const config = resolved(
      { name: `bank-${variable("STAGE:-test")}`, http: { port: variable("PORT") } },
      { PORT: "9000" },
    );
    expect(config).toMatchObject({ name: "bank-test", http: { port: 9000 } });
    expect(resolved({ http: { port: variable("PORT:-9001") } }).http.port).toBe(9001);
    expect(findings({ http: { port: "9000" } })).toHaveLength(1);
  });

  it("names the field of a variable that is not set", () => {
    expect(findings({ http: { auth: { type: "bearer", tokens: [variable("TOKEN")] } } })).toEqual([
      `6:9 CONFIG_INVALID http.auth.tokens[0]: environment variable TOKEN is not set Set TOKEN, or give a default: ${variable("TOKEN:-default")}.`,
    ]);
  });

  it("finds unknown fields and offers the nearest known name, here or elsewhere", () => {
    expect(findings({ http: { prot: 1 }, datadir: "x", port: 1, nonsense: {} })).toEqual([
      "3:5 CONFIG_INVALID http.prot: is not a setting Did you mean http.port?",
      "5:3 CONFIG_INVALID datadir: is not a setting Did you mean dataDir?",
      "6:3 CONFIG_INVALID port: is not a setting Did you mean http.port?",
      "7:3 CONFIG_INVALID nonsense: is not a setting See `affinity config --doc` for every setting.",
    ]);
  });

  it("finds values of the wrong type and range, all of them at once, each at its place", () => {
    const config = { http: { port: 70_000, hosts: ["a", 5], host: true }, dataDir: "", memstore: [] };
    expect(findings(config)).toEqual([
      "3:13 CONFIG_INVALID http.port: 70000 does not fit; integer from 0 to 65,535 would be right",
      "6:7 CONFIG_INVALID http.hosts[1]: 5 does not fit; list of host names without port would be right",
      "8:13 CONFIG_INVALID http.host: true does not fit; host name or address would be right",
      '10:14 CONFIG_INVALID dataDir: "" does not fit; path of a folder would be right',
      "11:15 CONFIG_INVALID memstore: is a section; an object would be right",
    ]);
  });

  it("P18: shows no secret and no value of a variable in a finding", () => {
    const found = findings(
      { http: { port: variable("PORT"), auth: { type: "bearer", tokens: ["has space-s3cret"] } } },
      { PORT: "s3cret" },
    );
    expect(found).toHaveLength(2);
    expect(found.join()).not.toContain("s3cret");
    expect(found[0]).toContain("the value of PORT does not fit");
  });

  it("P18: refuses a host that is reached from outside while auth is not written down", () => {
    expect(findings({ http: { host: "0.0.0.0" } })).toEqual([
      expect.stringContaining('3:13 CONFIG_INVALID http.host: "0.0.0.0" is reached from outside'),
    ]);
    expect(findings({ http: { host: "::" } })).toHaveLength(1);
    for (const host of ["localhost", "127.0.0.1", "127.8.8.8", "::1"]) expect(findings({ http: { host } })).toEqual([]);
    expect(findings({ http: { host: "0.0.0.0", auth: { type: "none" } } })).toEqual([]);
  });

  it("refuses bearer without tokens, and tokens without bearer", () => {
    expect(findings({ http: { auth: { type: "bearer" } } })[0]).toContain("bearer needs tokens");
    expect(findings({ http: { auth: { type: "bearer", tokens: [] } } })).toHaveLength(1);
    expect(findings({ http: { auth: { type: "none", tokens: ["t"] } } })[0]).toContain(
      "does nothing with http.auth.type",
    );
  });

  it("refuses a registry in memory under a durable changelog: ids must outlive what was written with them", () => {
    expect(findings({ registry: { type: "memory" } })[0]).toContain("CONFIG_INVALID registry.type");
    expect(findings({ registry: { type: "memory" }, changelog: { type: "memory" } })).toEqual([]);
  });

  it("says NOT_YET for known adapters without a runtime, whatever their members", () => {
    const found = findings({
      coordinator: { type: "zookeeper", connect: "zk-1:2181", sessionTimeoutMs: 6000 },
      node: { id: "a" },
    });
    expect(found).toHaveLength(2);
    for (const line of found) expect(line).toContain(" NOT_YET ");
    writeFileSync(file, JSON.stringify({ coordinator: { type: "zookeeper" } }));
    expect(() => loadConfig(file, {})).toThrow("[NOT_YET]");
  });

  it("knows a changelog in Kafka: its brokers, copies, who we are, and whose certificates count", () => {
    const changelog = {
      type: "kafka",
      brokers: ["kafka-1:9092", variable("SECOND")],
      replication: 2,
      minInsyncReplicas: 1,
      requestTimeoutMs: 2_000,
      historyMs: 5,
      compression: "lz4",
      ssl: { enabled: true, ca: "ca.pem" },
      sasl: { mechanism: "scram-sha-512", username: "bank", password: variable("SECRET") },
    };
    const config = resolved({ changelog }, { SECOND: "[::1]:9093", SECRET: "s3cret" });
    expect(config.changelog).toMatchObject({
      type: "kafka",
      brokers: ["kafka-1:9092", "[::1]:9093"],
      clientId: "affinity",
      replication: 2,
      minInsyncReplicas: 1,
      requestTimeoutMs: 2_000,
      historyMs: 5,
      compression: "lz4",
      ssl: { ca: join(folder, "ca.pem") },
      sasl: { mechanism: "scram-sha-512", username: "bank", password: "s3cret" },
    });
    const plain = resolved({ changelog: { type: "kafka" } }).changelog;
    expect(plain).not.toHaveProperty("ssl");
    expect(plain).toMatchObject({ compression: "none" });
  });

  it("finds settings of Kafka that cannot be together, or stand where there is none", () => {
    const kafka = (more: object): readonly string[] => findings({ changelog: { type: "kafka", ...more } });
    expect(kafka({ brokers: ["kafka-1"] })[0]).toContain("changelog.brokers[0]");
    expect(kafka({ replication: 1 })[0]).toContain('Write "minInsyncReplicas": 1.');
    expect(kafka({ sasl: { mechanism: "plain" } })[0]).toContain("needs a user");
    expect(kafka({ sasl: { mechanism: "oauthbearer" } })[0]).toContain("needs a token");
    expect(kafka({ ssl: { enabled: true, cert: "a.pem" } })[0]).toContain("needs its key");
    expect(findings({ changelog: { ssl: { enabled: true } } })[0]).toContain("changelog.ssl.enabled: does nothing");
    expect(findings({ changelog: { brokers: ["a:1"] } })[0]).toContain("changelog.brokers: does nothing");
    expect(kafka({ compression: "brotli" })[0]).toContain(
      'changelog.compression: "brotli" does not fit; "none" or "gzip" or "snappy" or "lz4" or "zstd" would be right',
    );
    expect(findings({ changelog: { compression: "gzip" } })[0]).toContain("changelog.compression: does nothing");
  });

  it("knows a registry over HTTP, its servers, who we are, and whose certificates count", () => {
    const registry = {
      type: "confluent",
      url: "https://one:8081, https://two:8081/sr",
      autoRegister: variable("AUTO"),
      ca: "tls/ca.pem",
      auth: { type: "basic", user: "bank", password: variable("PASSWORD") },
    };
    const environment = { AUTO: "false", PASSWORD: "secret" };
    expect(resolved({ registry }, environment).registry).toEqual({
      type: "confluent",
      autoRegister: false,
      urls: ["https://one:8081", "https://two:8081/sr"],
      auth: { type: "basic", user: "bank", password: "secret" },
      ca: join(folder, "tls/ca.pem"),
      timeoutMs: 10_000,
      retries: 3,
      cacheMb: 16,
    });
    const outcome = reading({ registry }, environment);
    const shown = JSON.stringify(outcome.ok ? effectiveSettings(file, outcome.given) : []);
    expect(shown).toContain("registry.auth.password");
    expect(shown).not.toContain("secret");
    expect(findings({ registry: { type: "confluent", url: "registry:8081" } })[0]).toContain("registry.url");
    expect(findings({ registry: { type: "confluent", auth: { type: "bearer" } } })[0]).toContain("needs a token");
    expect(findings({ registry: { auth: { type: "basic", user: "u" } } })[0]).toContain("does nothing");
    expect(findings({ registry: { type: "confluent", compatibility: "NONE" } })[0]).toContain("does nothing");
    expect(findings({ registry: { compatibility: "BACKWARDS" } })[0]).toContain("BACKWARD_TRANSITIVE");
  });

  it("knows a registry in ZooKeeper, and whether a registry of ours is served", () => {
    expect(resolved({ registry: { type: "zookeeper", connect: "a:1,b:2/bank" } }).registry).toEqual({
      type: "zookeeper",
      autoRegister: true,
      compatibility: "BACKWARD",
      isServed: false,
      connect: "a:1,b:2/bank",
      sessionTimeoutMs: 10_000,
      timeoutMs: 10_000,
    });
    expect(resolved({ registry: { serve: true } }).registry).toMatchObject({ type: "embedded", isServed: true });
    expect(findings({ registry: { type: "zookeeper", connect: "a:1, b:2" } })[0]).toContain("registry.connect");
  });

  it("loads the user's own adapter from a path or a package, its members handed on", () => {
    writeFileSync(join(folder, "registry.mjs"), "");
    mkdirSync(join(folder, "node_modules/@acme/log"), { recursive: true });
    writeFileSync(join(folder, "node_modules/@acme/log/package.json"), '{"exports":{".":{"import":"./esm.js"}}}');
    writeFileSync(join(folder, "node_modules/@acme/log/esm.js"), "");
    const config = resolved(
      {
        registry: { type: "./registry.mjs", url: variable("URL"), deep: { x: [1] } },
        changelog: { type: "@acme/log" },
      },
      { URL: "http://r" },
    );
    expect(config.registry).toMatchObject({
      type: "module",
      specifier: expect.stringMatching(/^file:.*registry\.mjs$/),
      written: "./registry.mjs",
      options: { url: "http://r", deep: { x: [1] } },
    });
    expect(config.changelog).toMatchObject({ type: "module", specifier: expect.stringMatching(/esm\.js$/) });
  });

  it("finds a type that is neither known nor there", () => {
    expect(findings({ changelog: { type: "sqlit" } })).toEqual([
      '3:13 CONFIG_INVALID changelog.type: "sqlit" is neither a known type nor a file nor an installed package; known are "sqlite", "memory", "kafka" Did you mean "sqlite"?',
    ]);
    expect(findings({ memstore: { type: "./none.js" } })).toHaveLength(1);
    expect(findings({ memstore: { type: "../../../etc" } })).toHaveLength(1);
    expect(findings({ memstore: { type: 5 } })).toHaveLength(1);
  });

  it("P17: text that is no JSON, hostile text and a missing file are findings or errors with their place", () => {
    expect(findings('{ "name": }')[0]).toMatch(/^1:11 /);
    expect(findings("[]")[0]).toContain("must be an object");
    expect(findings("")).toHaveLength(1);
    expect(findings('{"name":"a","name":"b"}')[0]).toContain("name");
    expect(findings('{"__proto__":{"x":1}}')[0]).toContain("is not a setting");
    expect(findings("[".repeat(100_000))).toHaveLength(1);
    expect(() => loadConfig(join(folder, "none.json"), {})).toThrow("[CONFIG_INVALID]");
  });
});

describe("the effective configuration", () => {
  it("says where each value comes from and hides secrets", () => {
    const outcome = reading(
      { http: { port: 1234, auth: { type: "bearer", tokens: [variable("TOKEN")] } } },
      { TOKEN: "s3cret" },
    );
    if (!outcome.ok) throw new Error("findings");
    const settings = effectiveSettings(file, outcome.given);
    expect(settings).toContainEqual({ setting: "http.port", value: 1234, origin: "affinity.json:3:13" });
    expect(settings).toContainEqual({ setting: "name", value: "app", origin: "default" });
    expect(settings).toContainEqual({
      setting: "http.auth.tokens",
      value: ["(hidden)"],
      origin: `affinity.json:6:17, ${variable("TOKEN")}`,
    });
    expect(JSON.stringify(settings)).not.toContain("s3cret");
  });
});
