import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { silentLogger } from "../../../../runtime/core/logger.js";
import { systemRandom } from "../../../../runtime/core/random.js";
import {
  type ConfluentRegistryOptions,
  openConfluentRegistry,
} from "../../../../runtime/registry/confluent-registry.js";
import type { Registry } from "../../../../runtime/registry/registry.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";
import { type Front, type FrontOptions, makeCertificate, startFront } from "../../../support/servers/front.js";
import { type OwnRegistry, startRegistryServer } from "../../../support/servers/own-registry.js";

const account = '{"type":"record","name":"Account","fields":[{"name":"id","type":"string"}]}';

describe("the registry over HTTP", () => {
  let server: OwnRegistry;
  let folder: TempFolder;
  const opened: { close(): Promise<void> }[] = [];
  beforeEach(async () => {
    server = await startRegistryServer();
    folder = await tempFolder();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await server.close();
    await folder.remove();
  });

  async function client(options: Partial<ConfluentRegistryOptions> = {}): Promise<Registry> {
    const registry = await openConfluentRegistry({
      urls: [server.url],
      auth: { type: "none" },
      timeoutMs: 10_000,
      retries: 0,
      cacheBytes: 1_048_576,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      ...options,
    });
    opened.push(registry);
    return registry;
  }

  async function front(options: FrontOptions): Promise<Front> {
    const started = await startFront({ target: server.url, ...options });
    opened.push(started);
    return started;
  }

  /** A server whose every answer is this. */
  const answering = (status: number, body: string, type?: string): Promise<Front> =>
    front({ answer: () => ({ status, body, ...(type === undefined ? {} : { type }) }) });

  it("shows who it is, by name and password or by token, and tells neither", async () => {
    const wanted = `Basic ${Buffer.from("bank:sécret").toString("base64")}`;
    const { url } = await front({
      answer: ({ headers }) =>
        headers.authorization === wanted ? undefined : { status: 401, body: '{"error_code":401,"message":"no"}' },
    });
    const allowed = await client({ urls: [url], auth: { type: "basic", user: "bank", password: "sécret" } });
    expect((await allowed.register("s", account)).version).toBe(1);
    const refused = await client({ urls: [url], auth: { type: "basic", user: "bank", password: "wr0ng" } });
    const refusal = await refused.latest("s").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    expect(String(refusal)).toMatch(/registry\.auth/);
    expect(String(refusal)).not.toContain("wr0ng");

    const guarded = await startRegistryServer({ auth: { type: "bearer", tokens: ["t0ken"] } });
    opened.push(guarded);
    const bearer = await client({ urls: [guarded.url], auth: { type: "bearer", token: "t0ken" } });
    expect((await bearer.register("s", account)).version).toBe(1);
    const other = await client({ urls: [guarded.url], auth: { type: "bearer", token: "0ther" } });
    await expect(other.latest("s")).rejects.toThrow(/REGISTRY_UNAVAILABLE.*401/);
  });

  it("trusts the authority that it is given, and no other", async () => {
    const certificate = makeCertificate();
    try {
      const { url } = await front({ tls: certificate });
      const trusting = await client({ urls: [url], ca: certificate.caFile });
      expect((await trusting.register("s", account)).version).toBe(1);
      await expect((await client({ urls: [url] })).latest("s")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
      await expect(client({ urls: [url], ca: join(folder.path, "none.pem") })).rejects.toThrow(
        /CONFIG_INVALID.*registry\.ca/,
      );
    } finally {
      certificate.remove();
    }
  });

  it("asks the next server where one is away, silent or ill, and stays with the one that answers", async () => {
    const silent = await front({ answer: () => "silence" });
    const ill = await answering(503, "no leader", "text/plain");
    const well = await front({});
    const urls = ["http://127.0.0.1:9", silent.url, `${ill.url}/`, well.url];
    const registry = await client({ urls, timeoutMs: 300 });
    expect((await registry.register("s", account)).version).toBe(1);
    await registry.latest("s");
    expect([silent.requests.length, ill.requests.length]).toEqual([1, 1]);
    expect(well.requests.length).toBeGreaterThan(2);
  });

  it("tries again as often as it may, then is REGISTRY_UNAVAILABLE with what it met", async () => {
    const recovering = await front({
      answer: (_, count) => (count <= 2 ? { status: 500, body: '{"error_code":50001,"message":"store"}' } : undefined),
    });
    expect(await (await client({ urls: [recovering.url], retries: 2 })).subjects()).toEqual([]);
    const ill = await answering(502, "bad gateway", "text/html");
    const refusal = (await client({ urls: [ill.url], retries: 1 })).subjects();
    await expect(refusal).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    await expect(refusal).rejects.toThrow(/502: bad gateway/);
    expect(ill.requests).toHaveLength(2);
  });

  it.each([
    [409, '{"error_code":409,"message":"x"}', "SCHEMA_INCOMPATIBLE"],
    [409, '{"error_code":40901,"message":"x"}', "SCHEMA_INCOMPATIBLE"],
    [422, '{"error_code":42201,"message":"x"}', "VALUE_INVALID"],
    [422, '{"error_code":42202,"message":"x"}', "REGISTRY_REFUSED"],
    [422, '{"error_code":42203,"message":"x"}', "REGISTRY_REFUSED"],
    [422, '{"error_code":42205,"message":"x"}', "REGISTRY_REFUSED"],
    [422, '{"error_code":42206,"message":"x"}', "REGISTRY_REFUSED"],
    [422, '{"error_code":42207,"message":"x"}', "REGISTRY_REFUSED"],
    [404, '{"error_code":40401,"message":"x"}', "SCHEMA_NOT_FOUND"],
    [404, '{"error_code":40403,"message":"x"}', "SCHEMA_NOT_FOUND"],
    [404, '{"error_code":40404,"message":"x"}', "REGISTRY_REFUSED"],
    [404, "<html>not found</html>", "REGISTRY_UNAVAILABLE"],
    [401, "", "REGISTRY_UNAVAILABLE"],
    [403, '{"error_code":40301,"message":"x"}', "REGISTRY_UNAVAILABLE"],
    [500, '{"error_code":50001,"message":"x"}', "REGISTRY_UNAVAILABLE"],
    [500, '{"error_code":50002,"message":"x"}', "REGISTRY_UNAVAILABLE"],
    [500, '{"error_code":50003,"message":"x"}', "REGISTRY_UNAVAILABLE"],
    [301, "", "REGISTRY_UNAVAILABLE"],
    [200, "<html>a login page</html>", "REGISTRY_UNAVAILABLE"],
    [200, '{"id":"seven"}', "REGISTRY_UNAVAILABLE"],
    [200, "[]", "REGISTRY_UNAVAILABLE"],
  ])("an answer of %i %s to a registration is %s", async (status, body, code) => {
    const { url } = await answering(status, body);
    await expect((await client({ urls: [url] })).register("s", account)).rejects.toMatchObject({ code });
  });

  it.each(["null", "{}", '{"schema":5}', '{"subject":"s","version":1,"id":1,"schema":"{}","schemaType":"PROTOBUF"}'])(
    "an answer of %s where a version belongs is REGISTRY_UNAVAILABLE",
    async (body) => {
      const { url } = await answering(200, body);
      const registry = await client({ urls: [url] });
      await expect(registry.latest("s")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
      await expect(registry.schemaById(1)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    },
  );

  it("asks once for an id, however many ask, and once in a while for one that is not there", async () => {
    const counting = await front({});
    const registry = await client({ urls: [counting.url] });
    const { id } = await server.registry.register("s", account);
    await Promise.all(Array.from({ length: 50 }, () => registry.schemaById(id)));
    expect(await registry.schemaById(id)).toBe(account);
    for (let time = 0; time < 20; time += 1) expect(await registry.schemaById(id + 1)).toBeUndefined();
    expect(counting.requests).toEqual([`GET /schemas/ids/${id}`, `GET /schemas/ids/${id + 1}`]);
  });

  it("knows without the registry what it was told before, but registers nothing", async () => {
    const cacheFile = join(folder.path, "cache.json");
    const { url } = server;
    const first = await client({ cacheFile });
    const registered = await first.register("s", account);
    await first.schemaById(registered.id);
    await first.close();
    await server.close();
    const later = await client({ cacheFile });
    expect(await later.latest("s")).toEqual(registered);
    expect(await later.versions("s")).toEqual([registered]);
    expect(await later.schemaById(registered.id)).toBe(account);
    await expect(later.latest("t")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    await expect(later.register("s", '"int"')).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    const otherRegistry = await client({ urls: [`${url}/other`], cacheFile });
    await expect(otherRegistry.latest("s")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });

  it("goes on without a cache that is damaged or cannot be written", async () => {
    const { writeFileSync } = await import("node:fs");
    const cacheFile = join(folder.path, "cache.json");
    writeFileSync(cacheFile, '{"format":1,"texts":[[1');
    const damaged = await client({ cacheFile });
    expect((await damaged.register("s", account)).version).toBe(1);
    const nowhere = await client({ cacheFile: join(folder.path, "none/cache.json") });
    expect((await nowhere.register("t", account)).version).toBe(1);
  });
});
