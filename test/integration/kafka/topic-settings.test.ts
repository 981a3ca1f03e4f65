/** Settings of a topic of ours that somebody changes under a running node: what callers are told, and that putting them back is enough. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answered } from "../../support/json-calls.js";
import { eventually, TopicsScene } from "../../support/kafka/topics-scene.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka } from "../../support/servers/shared-kafka.js";

describe.skipIf(isLeftOut(missingJava()))("settings of a topic of ours, under a running node", () => {
  let scene: TopicsScene;
  beforeAll(async () => {
    scene = await TopicsScene.open(await sharedKafka(), { eur: 1n });
  }, 300_000);
  afterAll(() => scene?.close());

  const put = (key: string, text: string): Promise<Answered> => scene.put(`/notes/${key}`, { text });
  const written = expect.toSatisfy((status: unknown) => status === 201 || status === 204);
  /** What a caller is told whose write the topic does not take. */
  function refused(detail: RegExp): object {
    const json = { code: "CHANGELOG_UNAVAILABLE", applied: "no", detail: expect.stringMatching(detail) };
    return { status: 503, json };
  }
  /** Every write of these that was acknowledged is there, and none of those that were refused. */
  async function holds(rows: { readonly [key: string]: string | undefined }): Promise<void> {
    for (const [key, text] of Object.entries(rows)) {
      const { status, json } = await scene.get(`/notes/${key}`);
      expect([key, status, status === 200 ? json : undefined]).toEqual(
        text === undefined ? [key, 404, undefined] : [key, 200, { text }],
      );
    }
  }

  it("P2: max.message.bytes lowered: what does not fit is told as not applied, with the cure; put back, it is taken", async () => {
    await scene.set(scene.notes, { "cleanup.policy": "compact", "max.message.bytes": "400" });
    const large = "x".repeat(1_000);
    await expect
      .poll(() => put("large", large), eventually)
      .toMatchObject(refused(/MESSAGE_TOO_LARGE; the topic's max.message.bytes/));
    expect((await put("small", "y")).status).toEqual(written);
    await holds({ a: "a", large: undefined, small: "y" });
    expect((await scene.get("/_affinity/ready")).status).toBe(200);
    await scene.set(scene.notes, { "cleanup.policy": "compact", "max.message.bytes": "12582912" });
    await expect.poll(async () => (await put("large", large)).status, eventually).toEqual(written);
    await holds({ a: "a", large, small: "y" });
  });

  it("P2: message.timestamp.type and its bounds changed: what is refused is told with the cure; put back, it is taken", async () => {
    const bounds = { "message.timestamp.before.max.ms": "0", "message.timestamp.after.max.ms": "0" };
    await scene.set(scene.notes, { "cleanup.policy": "compact", "message.timestamp.type": "CreateTime", ...bounds });
    await expect.poll(() => put("b", "1"), eventually).toMatchObject(refused(/INVALID_TIMESTAMP.*LogAppendTime/));
    const last = await scene.get("/notes/b");
    await scene.set(scene.notes, { "cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime" });
    await expect.poll(async () => (await put("c", "2")).status, eventually).toEqual(written);
    expect(await scene.get("/notes/b")).toEqual(last);
    await holds({ a: "a", c: "2" });
  });

  it("P3: cleanup.policy and retention that delete the log: what was acknowledged is served, also after a restart, which sets them back", async () => {
    await scene.set(scene.notes, { "cleanup.policy": "delete", "retention.ms": "1000", "segment.ms": "1000" });
    const start = async (): Promise<string> => {
      const offsets = await scene.admin.fetchTopicOffsets(scene.notes);
      return offsets.map(({ low }) => low).join();
    };
    await expect.poll(start, eventually).not.toMatch(/\b0\b/);
    await holds({ a: "a", c: "2" });
    expect((await put("d", "3")).status).toEqual(written);
    expect(await scene.server.stop()).toMatchObject({ code: 0 });
    await scene.start();
    await holds({ a: "a", c: "2", d: "3" });
    expect(scene.server.output).toMatch(/cleanup.policy is delete and has to be compact/);
    expect(scene.server.output).not.toMatch(/deleted before they were read/);
  });

  it("P7: records that are deleted before the node has read them are an error in its log; what it has is served", async () => {
    expect(await scene.server.stop()).toMatchObject({ code: 0 });
    const rows = Array.from({ length: 6 }, (_, at) => [`lost-${at}`, Buffer.from("")] as const);
    await scene.written(scene.notes, rows);
    // Of a topic that is compacted alone brokers delete none.
    await scene.set(scene.notes, { "cleanup.policy": "delete" });
    const offsets = await scene.admin.fetchTopicOffsets(scene.notes);
    const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
    const remove = (): Promise<boolean> =>
      scene.admin.deleteTopicRecords({ topic: scene.notes, partitions }).then(
        () => true,
        () => false,
      );
    await expect.poll(remove, eventually).toBe(true);
    await scene.start();
    await holds({ a: "a", c: "2", d: "3" });
    expect((await put("e", "4")).status).toEqual(written);
    for (const partition of [0, 1])
      expect(scene.server.output).toMatch(
        new RegExp(
          `"level":"error".*"topic":"${scene.notes}","partition":${partition},.*deleted before they were read`,
        ),
      );
  });
});
