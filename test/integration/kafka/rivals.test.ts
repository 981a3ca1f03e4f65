/** Two processes on one changelog, and no coordinator between them. */
import { afterAll, describe, expect, it } from "vitest";
import { getJson, putJson } from "../../support/json-calls.js";
import { generate, type TempProject, tempProject } from "../../support/project.js";
import { Server } from "../../support/server.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

describe.skipIf(isLeftOut(missingJava()))("two processes on one changelog", () => {
  const projects: TempProject[] = [];
  afterAll(() => {
    Server.killAll();
    for (const project of projects) project.remove();
  });

  function project(brokers: readonly string[], topic: string): TempProject {
    const made = tempProject({
      "schemas/note.avsc": { type: "record", name: "Note", fields: [{ name: "text", type: "string" }] },
      "keyspaces/notes.json": {
        keyspace: "notes",
        key: "string",
        partitions: 1,
        stores: { notes: { value: "Note", topic } },
      },
      "affinity.json": {
        name: "rivals",
        http: { port: 0 },
        changelog: { type: "kafka", brokers, replication: 1, minInsyncReplicas: 1 },
      },
    });
    projects.push(made);
    generate(made);
    return made;
  }

  async function put(server: Server, key: string): Promise<number> {
    return (await putJson(`${server.url}/notes/${key}`, { text: key })).status;
  }

  it("P3: the one that finds the other's later epoch in the log ends with exit code 3; nothing acknowledged is lost", async () => {
    const brokers = await sharedKafka();
    const topic = topicName("rivals");
    const first = await Server.start({ folder: project(brokers, topic).folder });
    expect(await put(first, "a")).toBe(201);
    const second = await Server.start({ folder: project(brokers, topic).folder });
    expect(await put(second, "b")).toBe(201);
    // Nobody asks the first one anything: it is told of the record, and of whose it is.
    expect(await first.ended).toMatchObject({ code: 3 });
    expect(first.output).toMatch(/PARTITION_NOT_MASTER.*two processes share a changelog without a coordinator/s);
    for (const key of ["a", "b"]) expect((await getJson(`${second.url}/notes/${key}`)).status).toBe(200);
    expect(await put(second, "c")).toBe(201);
    await second.stop();
  }, 120_000);
});
