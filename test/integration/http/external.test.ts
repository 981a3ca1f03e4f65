/** Stores of topics that others write: rows come from there, with their keys and schemas, and nothing goes there. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryChangelog } from "../../../runtime/changelog/memory-changelog.js";
import { MemoryLogStorage } from "../../../runtime/changelog/memory-log-storage.js";
import { type OpenRouter, openRouter } from "../../../runtime/cluster/router.js";
import { MemoryCoordinator } from "../../../runtime/coordinator/memory-coordinator.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { AffinityError } from "../../../runtime/core/errors.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { SeededRandom } from "../../../runtime/core/random.js";
import { type Gateway, openGateway } from "../../../runtime/gateway/gateway.js";
import { MemoryMemStore } from "../../../runtime/memstore/memory-memstore.js";
import { agreeOnSchemas } from "../../../runtime/node/schemas.js";
import type { HandlerContext, ReadStoreOf, StoreOf } from "../../../runtime/partition/context.js";
import { partitionOf } from "../../../runtime/protocol/murmur2.js";
import type { KeyspaceDescriptor, ServiceDescriptor } from "../../../runtime/protocol/service.js";
import { MemoryRegistry } from "../../../runtime/registry/memory-registry.js";
import { frame, unframe } from "../../../runtime/schema/framing.js";
import { intType, longType, stringType } from "../../../runtime/schema/primitive-types.js";
import { call, httpDefaults, linesOf } from "./node.js";

const partitions = 4;

function keyspace(name: string, more: Partial<KeyspaceDescriptor>): KeyspaceDescriptor {
  const subjects = { keySubject: `others-${name}-key`, valueSubject: `others-${name}-value` };
  const key = more.key ?? (() => stringType);
  return {
    name,
    key,
    keyEncoding: "avro",
    partitions,
    replicas: 1,
    path: `/${name}`,
    expose: ["get", "list"],
    stores: { [name]: { name, key, value: () => longType, topic: `others-${name}`, ...subjects, isExternal: true } },
    messages: {},
    ...more,
  };
}

const rates = keyspace("rates", { key: () => longType });
const texts = keyspace("texts", { keyEncoding: "utf8" });
const mixed = keyspace("mixed", {
  keyEncoding: "utf8",
  stores: {
    ...keyspace("mixed", {}).stores,
    seen: {
      name: "seen",
      key: () => stringType,
      value: () => longType,
      topic: "seen",
      keySubject: "seen-key",
      valueSubject: "seen-value",
    },
  },
  messages: {
    see: {
      name: "see",
      access: "write",
      reply: () => longType,
      route: { method: "POST", path: "/mixed/{key}/see" },
      errors: [],
      requestSubject: "see-request",
      replySubject: "see-reply",
    },
  },
});
const service: ServiceDescriptor = {
  name: "external",
  inputs: "",
  keyspaces: { rates, texts, mixed },
  openapi: () => ({}),
};

type Stores = { readonly mixed: ReadStoreOf<string, bigint>; readonly seen: StoreOf<string, bigint> };
const handlers = {
  mixed: {
    async see(context: HandlerContext<Stores, never>, key: string): Promise<bigint> {
      if ("put" in context.stores.mixed) throw new Error("an external store must not be written");
      const value = (await context.stores.mixed.get(key)) ?? -1n;
      const times = (await context.stores.seen.get(key)) ?? 0n;
      await context.stores.seen.put(key, times + 1n);
      return value;
    },
  },
};

/** A registry that may be away. */
class AwayRegistry extends MemoryRegistry {
  isAway = false;

  override schemaById(id: number): Promise<string | undefined> {
    if (this.isAway) return Promise.reject(new AffinityError("REGISTRY_UNAVAILABLE", "the registry is away"));
    return super.schemaById(id);
  }
}

describe("stores of topics that others write", () => {
  let storage: MemoryLogStorage;
  let changelog: MemoryChangelog;
  let registry: AwayRegistry;
  let memstore: MemoryMemStore;
  let router: OpenRouter;
  let gateway: Gateway;
  let keyId = 0;
  let otherKeyId = 0;
  let valueId = 0;

  async function start(limits: { readonly idleLookMs?: number } = {}): Promise<void> {
    const schemaIds = await agreeOnSchemas(service, registry, { clock: systemClock, autoRegister: true });
    const parts = { clock: systemClock, random: new SeededRandom(7), logger: silentLogger };
    router = await openRouter({
      ...parts,
      service,
      handlers,
      changelog,
      memstore,
      coordinator: new MemoryCoordinator(),
      schemaIds,
      historyMs: 3_600_000,
      tombstoneMs: 86_400_000,
      limits,
    });
    gateway = await openGateway({ service, http: httpDefaults, ...parts });
    gateway.serve(router);
  }
  async function stop(): Promise<void> {
    await gateway.close();
    await router.stop();
  }

  beforeEach(async () => {
    storage = new MemoryLogStorage();
    changelog = new MemoryChangelog({ clock: systemClock, random: new SeededRandom(5), storage });
    memstore = new MemoryMemStore();
    registry = new AwayRegistry({ compatibility: "NONE" });
    // Others were here first.
    const topics = [rates, texts, mixed].map(({ name }) => `others-${name}`);
    await changelog.ensureTopics(topics.map((name) => ({ name, partitions, historyMs: 1, tombstoneMs: 1 })));
    for (const name of topics) valueId = (await registry.register(`${name}-value`, '"long"')).id;
    otherKeyId = (await registry.register("others-rates-key", '"int"')).id;
    keyId = (await registry.register("others-rates-key", '"long"')).id;
  });
  afterEach(stop);

  const write = (name: string, key: Uint8Array, value: Uint8Array | null): bigint =>
    changelog.writeForeign({ topic: `others-${name}`, partition: partitionOf(key, partitions), key, value });
  const long = (value: bigint): Uint8Array => frame(valueId, longType.encode(value));
  const get = (path: string): ReturnType<typeof call> => call(`${gateway.url}${path}`);
  /** Until an answer is as wanted: topics of others are followed, and nobody says when. */
  async function eventually(path: string, wanted: unknown): Promise<void> {
    await expect.poll(async () => (await get(path)).json, { timeout: 10_000, interval: 10 }).toEqual(wanted);
  }

  it("serve what stood there before, and what comes while they are served", async () => {
    for (let key = 0n; key < 20n; key += 1n) write("rates", frame(keyId, longType.encode(key)), long(key * 10n));
    write("rates", frame(keyId, longType.encode(3n)), null);
    await start();
    expect((await get("/rates/7")).json).toBe(70);
    expect((await get("/rates/3")).status).toBe(404);
    expect((await get("/rates?limit=100")).json).toMatchObject({ items: { length: 19 } });
    write("rates", frame(keyId, longType.encode(7n)), long(71n));
    await eventually("/rates/7", 71);
    write("rates", frame(keyId, longType.encode(7n)), null);
    await expect.poll(async () => (await get("/rates/7")).status, { timeout: 10_000 }).toBe(404);
  });

  it("P15: serve keys of several schema ids, wherever their bytes put them; the newest row of a key counts", async () => {
    for (let key = 0; key < 40; key += 1) write("rates", frame(otherKeyId, intType.encode(key)), long(BigInt(key)));
    for (let key = 20n; key < 60n; key += 1n) write("rates", frame(keyId, longType.encode(key)), long(key * 10n));
    await new Promise((resolve) => setTimeout(resolve, 5));
    write("rates", frame(otherKeyId, intType.encode(30)), long(-30n));
    const unknown = (await registry.register("elsewhere", '"bytes"')).id;
    write("rates", frame(unknown, Uint8Array.of(2, 9)), long(1n));
    write("rates", frame(4_000_000, Uint8Array.of(2)), long(1n));
    write("rates", Buffer.from("text"), long(1n));
    await start();
    for (const [key, value] of [
      [5, 5],
      [30, -30],
      [59, 590],
    ])
      expect((await get(`/rates/${key}`)).json).toBe(value);
    const lines = linesOf((await call(`${gateway.url}/rates`, { headers: { accept: "application/x-ndjson" } })).text);
    expect(lines.at(-1)).toEqual({ end: true, count: 60 });
    expect(lines.slice(0, -1).map((line) => Reflect.get(Object(line), "key"))).toEqual(
      Array.from({ length: 60 }, (_, key) => key),
    );
    const page = await get("/rates?from=28&limit=4");
    expect(page.json).toMatchObject({ items: [{ key: 28 }, { key: 29 }, { key: 30, value: -30 }, { key: 31 }] });
  });

  it("serve keys that are plain text, and refuse values that are no Avro, row by row, with the reason", async () => {
    write("texts", Buffer.from("ä/1"), long(1n));
    write("texts", Buffer.from("json"), Buffer.from('{"rate":1}'));
    write("texts", Buffer.from([0xff]), long(1n));
    await start();
    expect((await get(`/texts/${encodeURIComponent("ä/1")}`)).json).toBe(1);
    expect(await get("/texts/json")).toMatchObject({ status: 500, json: { code: "VALUE_INVALID" } });
    expect((await get("/texts/json")).text).toContain("expected a frame");
    expect((await get("/texts")).json).toMatchObject({
      items: [
        { key: "json", error: { code: "VALUE_INVALID" } },
        { key: "ä/1", value: 1 },
      ],
    });
  });

  it("are not written: over HTTP there is no way, handlers get no put, and their topics stay as they are", async () => {
    await start();
    const put = await call(`${gateway.url}/texts/a`, {
      method: "PUT",
      body: "1",
      headers: { "content-type": "application/json" },
    });
    expect(put.status).toBe(405);
    write("mixed", Buffer.from("k"), long(5n));
    await eventually("/mixed/k", 5);
    const see = (): ReturnType<typeof call> => call(`${gateway.url}/mixed/k/see`, { method: "POST" });
    expect(await see()).toMatchObject({ status: 200, json: 5 });
    expect(await see()).toMatchObject({ status: 200, json: 5 });
    const partition = partitionOf(Buffer.from("k"), partitions);
    const read = async (topic: string): Promise<number> =>
      [...(await changelog.read({ topic, partition, fromOffset: 0n })).records].length;
    expect([await read("others-mixed"), await read("seen")]).toEqual([1, 2]);
  });

  it("P7: go on from the checkpoint after a restart, beside stores of their own", async () => {
    await start();
    write("mixed", Buffer.from("k"), long(5n));
    await eventually("/mixed/k", 5);
    await call(`${gateway.url}/mixed/k/see`, { method: "POST" });
    await stop();
    write("mixed", Buffer.from("k"), long(6n));
    write("mixed", Buffer.from("l"), long(7n));
    await start();
    expect((await get("/mixed/k")).json).toBe(6);
    expect((await get("/mixed/l")).json).toBe(7);
    expect(await call(`${gateway.url}/mixed/k/see`, { method: "POST" })).toMatchObject({ json: 6 });
  });

  it("P7: are filled from the new topic where theirs is deleted and made anew; what stands beside them stays", async () => {
    const see = (): ReturnType<typeof call> => call(`${gateway.url}/mixed/k/see`, { method: "POST" });
    await start();
    write("mixed", Buffer.from("k"), long(5n));
    write("mixed", Buffer.from("l"), long(7n));
    await eventually("/mixed/l", 7);
    expect(await see()).toMatchObject({ status: 200, json: 5 });
    storage.topics.delete("others-mixed");
    await changelog.ensureTopics([{ name: "others-mixed", partitions, historyMs: 1, tombstoneMs: 1 }]);
    for (const key of ["k", "a", "b", "c", "d", "e", "f", "g"]) write("mixed", Buffer.from(key), long(6n));
    await eventually("/mixed/k", 6);
    await expect.poll(async () => (await get("/mixed/l")).status, { timeout: 10_000 }).toBe(404);
    expect(await see()).toMatchObject({ status: 200, json: 6 });
    // Both calls are in our own log, and in the row that was filled from it.
    const partition = partitionOf(Buffer.from("k"), partitions);
    const records = [...(await changelog.read({ topic: "seen", partition, fromOffset: 0n })).records];
    expect(records.map(({ value }) => longType.decode(unframe(value ?? Buffer.of()).payload))).toEqual([1n, 2n]);
  });

  it("wait for a registry that is away where a key names a schema that is not known here, and lose no record", async () => {
    const strange = (await registry.register("elsewhere", '{"type":"int","note":"of others"}')).id;
    write("rates", frame(strange, intType.encode(1)), long(10n));
    registry.isAway = true;
    let isOpen = false;
    const opening = start().then(() => {
      isOpen = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isOpen).toBe(false);
    registry.isAway = false;
    await opening;
    expect((await get("/rates/1")).json).toBe(10);

    const stranger = (await registry.register("elsewhere", '{"type":"int","note":"of others again"}')).id;
    registry.isAway = true;
    write("rates", frame(stranger, intType.encode(2)), long(20n));
    write("rates", frame(keyId, longType.encode(3n)), long(30n));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // What is there is served meanwhile.
    expect((await get("/rates/1")).json).toBe(10);
    registry.isAway = false;
    await eventually("/rates/2", 20);
    await eventually("/rates/3", 30);
  });

  it("P14: do not end their partition when our own log is looked at while a registry is away that they wait for", async () => {
    await start({ idleLookMs: 10 });
    write("rates", frame(keyId, longType.encode(1n)), long(10n));
    await eventually("/rates/1", 10);
    const stranger = (await registry.register("elsewhere", '{"type":"int","note":"of others"}')).id;
    registry.isAway = true;
    write("rates", frame(stranger, intType.encode(2)), long(20n));
    // Several looks, each of which would have met the record.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await get("/rates/1")).json).toBe(10);
    registry.isAway = false;
    await eventually("/rates/2", 20);
  });

  it("take records of another system of this kind in the order of the log: its epochs say nothing of this one's", async () => {
    await start();
    const key = Buffer.from("k");
    const partition = partitionOf(key, partitions);
    const log = await changelog.open({ topics: ["others-mixed"], partition, epoch: 9, writer: 1n });
    await log.fence(new AbortController().signal);
    for (const [epoch, value] of [
      [9, 1n],
      [4, 2n],
    ] as const) {
      const headers = { epoch, batch: 7, index: 0, count: 1, writer: 1n, time: 1_000 };
      await log.append([{ topic: "others-mixed", key, value: long(value), headers }]);
    }
    await eventually("/mixed/k", 2);
    // Ours is written as before, under a lower epoch.
    expect(await call(`${gateway.url}/mixed/k/see`, { method: "POST" })).toMatchObject({ status: 200, json: 2 });
    await log.close();
  });

  it("need a topic and schemas that others have made, and make none", async () => {
    await start();
    const subjects = await registry.subjects();
    expect([...subjects].filter((subject) => subject.startsWith("others-")).sort()).toEqual([
      "others-mixed-value",
      "others-rates-key",
      "others-rates-value",
      "others-texts-value",
    ]);
    const empty = new MemoryRegistry();
    await expect(agreeOnSchemas(service, empty, { clock: systemClock, autoRegister: true })).rejects.toThrow(
      /SCHEMA_NOT_FOUND.*subject others-rates-value.*others write it/,
    );
    expect(await empty.subjects()).toEqual([]);
  });
});
