/** `affinity consume` on Kafka: topics of ours while they are served, and topics of anybody. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Admin, Kafka as Client, logLevel, type Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpretedType } from "../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import type { EntityType } from "../../../runtime/schema/type.js";
import { singleObjects } from "../../../runtime/serde/single-object.js";
import { putJson } from "../../support/json-calls.js";
import { affinityProgram, bankFiles, generate, type TempProject, tempProject } from "../../support/project.js";
import { Server } from "../../support/server.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const note = JSON.stringify({ type: "record", name: "others.Note", fields: [{ name: "text", type: "string" }] });

describe.skipIf(isLeftOut(missingJava()))("affinity consume on Kafka", () => {
  const name = topicName("bank");
  const others = topicName("others");
  let project: TempProject;
  let server: Server;
  let admin: Admin;
  let producer: Producer;

  beforeAll(async () => {
    const brokers = await sharedKafka();
    const changelog = { type: "kafka", brokers, replication: 1, minInsyncReplicas: 1 };
    project = tempProject({
      ...bankFiles,
      "affinity.json": { name, http: { port: 0 }, changelog },
      "note.avsc": note,
    });
    generate(project);
    server = await Server.start({ folder: project.folder });
    const client = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING });
    [admin, producer] = [client.admin(), client.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    for (let row = 0; row < 20; row += 1) await put(`a-${row}`, row);
  }, 300_000);
  afterAll(async () => {
    await Promise.all([producer?.disconnect(), admin?.disconnect(), server?.stop()]);
    project?.remove();
  });

  async function put(id: string, balance: number): Promise<void> {
    const { status } = await putJson(`${server.url}/accounts/${id}`, { id, owner: "Ada", balance });
    expect([201, 204]).toContain(status);
  }
  function consume(...parameters: readonly string[]): readonly { readonly [member: string]: unknown }[] {
    const { code, stdout, stderr } = project.affinity(["consume", ...parameters]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  it("prints a topic of ours while it is served: users' rows and nothing else, ours with what the system notes", () => {
    const lines = consume(`${name}-accounts`, "--headers");
    expect(lines.length).toBe(20);
    expect(lines.find(({ key }) => key === "a-7")).toMatchObject({
      keyType: "string",
      type: "bank.Account",
      value: { id: "a-7", owner: "Ada", balance: 7 },
      affinity: { index: 0, writer: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(consume(`${name}-accounts`, "--from", "1h", "--filter", "value.balance=7").length).toBe(1);
    expect(consume(`${name}-accounts`, "--from", "end")).toEqual([]);
  });

  it("prints a topic of the brokers' own to whoever names it", () => {
    // The node's fences stand in it.
    const [line] = consume("__transaction_state", "--limit", "1");
    expect(line).toMatchObject({ offset: expect.any(Number), type: "bytes" });
  });

  it("follows what is written, and ends at SIGINT", async () => {
    const parameters = ["consume", `${name}-accounts`, "--follow", "--from", "end"];
    const child: ChildProcess = spawn(process.execPath, [affinityProgram, ...parameters], {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const first = new Promise<string>((resolve) => {
      if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve);
    });
    // Nobody says when it has begun to follow.
    let isDone = false;
    const writing = (async (): Promise<void> => {
      for (let round = 0; !isDone; round += 1) {
        await put("followed", round);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    expect(JSON.parse(await first)).toMatchObject({ key: "followed", type: "bank.Account" });
    isDone = true;
    await writing;
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  it("prints a topic of anybody: text, bytes, single objects, missing keys, and times of its writers", async () => {
    const noteType: EntityType<unknown> = interpretedType(definedBy(note));
    const single = Buffer.from(singleObjects(noteType).encode({ text: "hello" }));
    await admin.createTopics({ topics: [{ topic: others, numPartitions: 2 }] });
    // By times that its retention lets stand.
    const begin = Date.now() - 10 * 3_600_000;
    const time = (hour: number): string => new Date(begin + hour * 3_600_000).toISOString();
    const timestamp = (hour: number): string => String(Date.parse(time(hour)));
    const messages = [
      { partition: 0, key: "text", value: '{"json":true}', timestamp: timestamp(1) },
      { partition: 0, key: null, value: Buffer.from([0, 1, 2, 255]), timestamp: timestamp(2) },
      { partition: 1, key: "note", value: single, timestamp: timestamp(3) },
      { partition: 1, key: "gone", value: null, timestamp: timestamp(4) },
    ];
    await producer.send({ topic: others, messages });
    const lines = consume(others, "--schema", "note.avsc");
    expect(lines).toMatchObject([
      {
        partition: 0,
        offset: 0,
        timestamp: time(1),
        key: "text",
        value: '{"json":true}',
        type: "text",
      },
      { partition: 0, key: null, value: "AAEC/w==", type: "bytes" },
      { partition: 1, key: "note", value: { text: "hello" }, type: "others.Note" },
      { partition: 1, key: "gone", value: null },
    ]);
    expect(consume(others)[2]).toMatchObject({ type: "bytes", valueNote: expect.stringContaining("fingerprint") });
    expect(consume(others, "--from", time(2)).length).toBe(3);
    expect(consume(others, "--from", time(5))).toEqual([]);
    expect(consume(others, "--partition", "1", "--from", "1").map(({ key }) => key)).toEqual(["gone"]);
  });

  it("lists the topics, the brokers' own excepted", () => {
    const { stdout } = project.affinity(["consume"]);
    expect(stdout).toContain(`${name}-accounts`);
    expect(stdout).not.toContain("__");
  });
});
