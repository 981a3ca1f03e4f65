/** The settings `changelog.ssl` and `changelog.sasl`, against a broker that asks for both. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Changelog } from "../../../runtime/changelog/changelog.js";
import { kafkajsLinks } from "../../../runtime/changelog/kafka/kafkajs-link.js";
import { parseHostPort } from "../../../runtime/changelog/kafka/link.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { systemRandom } from "../../../runtime/core/random.js";
import type { ChangelogConfig, KafkaSasl, KafkaSsl } from "../../../runtime/node/config/resolved.js";
import { openKafka } from "../../../runtime/node/kafka.js";
import { getJson, putJson } from "../../support/json-calls.js";
import { readAll, recordOf } from "../../support/kafka/log-of-tests.js";
import {
  makeScramUser,
  password,
  securedSettings,
  sessionMs,
  unsignedToken,
  user,
} from "../../support/kafka/secured.js";
import { generate, tempProject } from "../../support/project.js";
import { Server } from "../../support/server.js";
import { type Certificate, makeCertificate } from "../../support/servers/front.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { Kafka } from "../../support/servers/kafka.js";
import { topicName } from "../../support/servers/shared-kafka.js";

type KafkaConfig = Extract<ChangelogConfig, { readonly type: "kafka" }>;

const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
const requestTimeoutMs = 3_000;

describe.skipIf(isLeftOut(missingJava()))("a broker with TLS and SASL", () => {
  let kafka: Kafka;
  let certificate: Certificate;
  let folder: string;
  let tokenFile: string;
  beforeAll(async () => {
    certificate = makeCertificate();
    folder = mkdtempSync(join(tmpdir(), "affinity-secured-"));
    tokenFile = join(folder, "token");
    kafka = await Kafka.start({ isProxied: true, settings: securedSettings(certificate) });
    const address = parseHostPort(kafka.brokers[0] ?? "");
    const link = await kafkajsLinks({ clientId: "tests", ...parts })(address, 10_000);
    await makeScramUser(link);
    link.destroy();
  }, 300_000);
  afterAll(async () => {
    await kafka?.stop();
    certificate.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function own(): KafkaSsl {
    return { ca: certificate.caFile, cert: certificate.certFile, key: certificate.keyFile };
  }

  function open(sasl: KafkaSasl, ssl: KafkaSsl | undefined = own()): Promise<Changelog> {
    const config: KafkaConfig = {
      type: "kafka",
      brokers: kafka.proxied,
      clientId: "tests",
      requestTimeoutMs,
      compression: "none",
      queueBytes: 1_000_000,
      replication: 1,
      minInsyncReplicas: 1,
      historyMs: 60_000,
      tombstoneMs: 3_600_000,
      ssl,
      sasl,
    };
    return openKafka(config, 1_000_000, { ...parts, dataDir: folder });
  }

  async function failure(sasl: KafkaSasl, ssl?: KafkaSsl): Promise<string> {
    let changelog: Changelog | undefined;
    try {
      changelog = await open(sasl, ssl);
      await changelog.ensureTopics([spec(topicName("refused"))]);
      return "none";
    } catch (error) {
      return String(error);
    } finally {
      await changelog?.close();
    }
  }

  function spec(name: string) {
    return { name, partitions: 1, historyMs: 60_000, tombstoneMs: 3_600_000 };
  }

  const users: readonly KafkaSasl[] = [
    { mechanism: "plain", username: user, password },
    { mechanism: "scram-sha-256", username: user, password },
    { mechanism: "scram-sha-512", username: user, password },
  ];
  it.each(users)("P3: takes and gives records to a user by $mechanism", async (sasl) => {
    await appendsAndReads(await open(sasl), 1);
  });

  it("P3: takes and gives records to the holder of a token", async () => {
    writeFileSync(tokenFile, `${unsignedToken()}\n`);
    await appendsAndReads(await open({ mechanism: "oauthbearer", tokenFile }), 1);
  });

  it("P3: goes on with a connection whose session ends, again and again", async () => {
    await appendsAndReads(await open({ mechanism: "plain", username: user, password }), 8, sessionMs / 6);
  }, 60_000);

  it("tells what is wrong with the password, and does not tell the password", async () => {
    for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"] as const) {
      const text = await failure({ mechanism, username: user, password: "another secret" });
      expect(text).toMatch(/changelog\.sasl/);
      expect(text).not.toContain("another secret");
    }
  }, 60_000);

  it.each([
    ["is over", unsignedToken(-60)],
    ["says nothing", "anything.at-all"],
  ])(
    "tells that the broker has refused a token that %s, and does not tell the token",
    async (_, token) => {
      writeFileSync(tokenFile, token);
      const text = await failure({ mechanism: "oauthbearer", tokenFile });
      expect(text).toMatch(/SASL OAUTHBEARER.*invalid_token.*changelog\.sasl.*tokenFile/);
      for (const part of token.split(".").filter((one) => one !== "")) expect(text).not.toContain(part);
    },
    60_000,
  );

  it("tells that the broker asks for a certificate", async () => {
    const sasl: KafkaSasl = { mechanism: "plain", username: user, password };
    expect(await failure(sasl, { ca: certificate.caFile })).toMatch(/changelog\.ssl\.cert/);
  });

  it("P3: serves rows over it by configuration alone, with the password from the environment", async () => {
    const project = tempProject({
      "schemas/value.avsc": { type: "record", name: "Value", fields: [{ name: "text", type: "string" }] },
      "keyspaces/notes.json": { keyspace: "notes", key: "string", value: "Value", partitions: 2 },
      "affinity.json": {
        name: "secured",
        http: { port: 0 },
        changelog: {
          type: "kafka",
          brokers: kafka.proxied,
          replication: 1,
          minInsyncReplicas: 1,
          ssl: { enabled: true, ...own() },
          sasl: { mechanism: "scram-sha-512", username: user, password: `\${BANK_PASSWORD:-unset}` },
        },
      },
    });
    const start = (): Promise<Server> => Server.start({ folder: project.folder, env: { BANK_PASSWORD: password } });
    try {
      generate(project);
      const first = await start();
      expect((await putJson(`${first.url}/notes/a`, { text: "kept" })).status).toBe(201);
      await first.kill();
      rmSync(join(project.folder, "data"), { recursive: true });
      const second = await start();
      expect(await getJson(`${second.url}/notes/a`)).toMatchObject({ status: 200, json: { text: "kept" } });
      expect(second.output).not.toContain(password);
      await second.stop();
    } finally {
      project.remove();
    }
  }, 120_000);

  it("tells that the authority is not known, and that the broker speaks TLS only", async () => {
    const sasl: KafkaSasl = { mechanism: "plain", username: user, password };
    const unknown = await failure(sasl, { cert: certificate.certFile, key: certificate.keyFile });
    expect(unknown).toMatch(/changelog\.ssl/);
    expect(unknown).not.toContain(password);
    let changelog: Changelog | undefined;
    const config = open({ mechanism: "none" }, undefined);
    await expect(
      config.then((opened) => {
        changelog = opened;
        return opened.ensureTopics([spec(topicName("refused"))]);
      }),
    ).rejects.toThrow(/changelog\.ssl/);
    await changelog?.close();
  }, 60_000);

  async function appendsAndReads(changelog: Changelog, times: number, pauseMs = 0): Promise<void> {
    try {
      const topic = topicName("secured");
      await changelog.ensureTopics([spec(topic)]);
      const log = await changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
      await log.fence(new AbortController().signal);
      for (let time = 1; time <= times; time += 1) {
        expect(await log.append([recordOf(topic, `k${time}`, "v")])).toMatchObject({ outcome: "acknowledged" });
        expect(await readAll(changelog, topic)).toHaveLength(time);
        if (pauseMs > 0) await wait(pauseMs);
      }
    } finally {
      await changelog.close();
    }
  }
});
