/** Our registry over HTTP, as clients of Confluent's interface meet it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OwnRegistry, startRegistryServer } from "../../support/servers/own-registry.js";

const media = "application/vnd.schemaregistry.v1+json";

const account = '{"type":"record","name":"Account","namespace":"bank","fields":[{"name":"id","type":"string"}]}';
const withNote = account.replace("}]}", '},{"name":"note","type":"string","default":""}]}');
const withOwner = account.replace("}]}", '},{"name":"owner","type":"string"}]}');

describe("the registry as a server", () => {
  let server: OwnRegistry;
  beforeEach(async () => {
    server = await startRegistryServer();
  });
  afterEach(() => server.close());

  interface Told {
    readonly status: number;
    readonly type: string | null;
    readonly body: unknown;
  }

  async function ask(line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Told> {
    const [method = "", path = ""] = line.split(" ");
    const answer = await fetch(server.url + path, {
      method,
      headers: { "content-type": media, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, type: answer.headers.get("content-type"), body: JSON.parse(text) };
  }

  const refusal = async (line: string, body?: unknown): Promise<unknown> => {
    const told = await ask(line, body);
    expect(told.type).toBe(media);
    const { error_code: code, message } = Object(told.body);
    expect(typeof message).toBe("string");
    return [told.status, code];
  };

  it("registers, finds, lists", async () => {
    const first = await ask("POST /subjects/a-value/versions", { schema: account });
    expect(first).toMatchObject({ status: 200, type: media, body: { id: 1 } });
    expect((await ask("POST /subjects/b%2Fv/versions", { schema: account })).body).toMatchObject({ id: 1 });
    expect((await ask("POST /subjects/a-value/versions", { schema: withNote })).body).toMatchObject({ id: 2 });
    expect((await ask("GET /subjects")).body).toEqual(["a-value", "b/v"]);
    expect((await ask("GET /subjects?subjectPrefix=b")).body).toEqual(["b/v"]);
    expect((await ask("GET /subjects?offset=1&limit=1")).body).toEqual(["b/v"]);
    expect((await ask("GET /subjects/a-value/versions")).body).toEqual([1, 2]);
    const version = { subject: "a-value", version: 2, id: 2, schema: withNote };
    for (const text of ["2", "latest", "-1"])
      expect((await ask(`GET /subjects/a-value/versions/${text}`)).body).toEqual(version);
    expect((await ask("GET /subjects/a-value/versions/1/schema")).body).toEqual(JSON.parse(account));
    expect((await ask("POST /subjects/a-value", { schema: withNote })).body).toEqual(version);
    expect((await ask("GET /schemas/ids/1")).body).toEqual({ schema: account });
    expect((await ask("GET /schemas/ids/1?fetchMaxId=true")).body).toEqual({ schema: account, maxId: 2 });
    expect((await ask("GET /schemas/ids/1/schema")).body).toEqual(JSON.parse(account));
    expect((await ask("GET /schemas/ids/1/subjects")).body).toEqual(["a-value", "b/v"]);
    expect((await ask("GET /schemas/ids/1/versions")).body).toEqual([
      { subject: "a-value", version: 1 },
      { subject: "b/v", version: 1 },
    ]);
    expect((await ask("GET /schemas?latestOnly=true")).body).toHaveLength(2);
    expect((await ask("GET /schemas/types")).body).toEqual(["AVRO"]);
    expect((await ask("GET /contexts")).body).toEqual(["."]);
    expect((await ask("GET /")).body).toEqual({});
  });

  it("answers Confluent's numbers", async () => {
    await ask("POST /subjects/s/versions", { schema: account });
    expect(await refusal("GET /subjects/none/versions")).toEqual([404, 40401]);
    expect(await refusal("GET /subjects/none/versions/latest")).toEqual([404, 40401]);
    expect(await refusal("DELETE /subjects/none")).toEqual([404, 40401]);
    expect(await refusal("POST /subjects/none", { schema: account })).toEqual([404, 40401]);
    expect(await refusal("GET /subjects/s/versions/9")).toEqual([404, 40402]);
    expect(await refusal("DELETE /subjects/s/versions/9")).toEqual([404, 40402]);
    expect(await refusal("POST /compatibility/subjects/s/versions/9", { schema: account })).toEqual([404, 40402]);
    expect(await refusal("GET /schemas/ids/9")).toEqual([404, 40403]);
    expect(await refusal("POST /subjects/s", { schema: withOwner })).toEqual([404, 40403]);
    expect(await refusal("GET /config/s")).toEqual([404, 40408]);
    expect(await refusal("DELETE /config/s")).toEqual([404, 40408]);
    expect(await refusal("GET /mode/s")).toEqual([404, 40409]);
    expect(await refusal("POST /subjects/s/versions", { schema: withOwner })).toEqual([409, 409]);
    for (const schema of ["", "nonsense", '{"type":"x"}', '{"type":"record","name":"1","fields":[]}'])
      expect(await refusal("POST /subjects/t/versions", { schema }), schema).toEqual([422, 42201]);
    expect(await refusal("POST /subjects/t/versions", { schema: "{}", schemaType: "JSON" })).toEqual([422, 42201]);
    for (const version of ["0", "-2", "abc", "2147483648", "1.5"])
      expect(await refusal(`GET /subjects/s/versions/${version}`), version).toEqual([422, 42202]);
    expect(await refusal("PUT /config", { compatibility: "SIDEWARDS" })).toEqual([422, 42203]);
    expect(await refusal("PUT /mode/s", { mode: "SLEEPING" })).toEqual([422, 42204]);
    expect(await refusal("POST /subjects/s/versions", { schema: account, id: 7, version: 7 })).toEqual([422, 42205]);
    expect(await refusal("POST /subjects/__GLOBAL/versions", { schema: account })).toEqual([422, 42208]);
  });

  it("P17: refuses what is no request of the interface, and changes nothing", async () => {
    const line = "POST /subjects/s/versions";
    for (const body of ["{", "[]", "5", '"x"', "null", "{}", '{"schema":5}']) {
      const told = await ask(line, body);
      expect([400, 422], body).toContain(told.status);
    }
    expect((await ask(line, { schema: account, references: [{ name: 1 }] })).status).toBe(422);
    expect((await ask(line, { schema: account, metadata: { properties: {} } })).status).toBe(422);
    expect((await ask(line, { schema: account }, { "content-type": "text/csv" })).status).toBe(415);
    expect((await ask("GET /subjects", undefined, { accept: "text/html" })).status).toBe(406);
    expect((await ask("GET /subjects/%ff/versions")).status).toBe(400);
    expect((await ask("GET /schemas/ids/abc")).status).toBe(404);
    expect((await ask(line, `{"schema":"${" ".repeat(1_100_000)}"}`)).status).toBe(413);
    expect((await ask("GET /subjects")).body).toEqual([]);
  });

  it("answers in the media type that is asked for", async () => {
    for (const accept of ["*/*", `${media}, application/json; q=0.5`]) {
      expect((await ask("GET /subjects", undefined, { accept })).type).toBe(media);
    }
    expect((await ask("GET /subjects", undefined, { accept: "application/json" })).type).toBe("application/json");
  });

  it("tells whether a schema may follow, and why not", async () => {
    expect((await ask("POST /compatibility/subjects/s/versions/latest", { schema: account })).body).toEqual({
      is_compatible: true,
    });
    await ask("POST /subjects/s/versions", { schema: account });
    for (const place of ["versions/latest", "versions/1", "versions"]) {
      const line = `POST /compatibility/subjects/s/${place}`;
      expect((await ask(line, { schema: withNote })).body).toEqual({ is_compatible: true });
      expect((await ask(line, { schema: withOwner })).body).toEqual({ is_compatible: false });
      expect((await ask(`${line}?verbose=true`, { schema: withOwner })).body).toEqual({
        is_compatible: false,
        messages: [expect.stringContaining("owner")],
      });
    }
  });

  it("keeps levels of the registry and of subjects", async () => {
    expect((await ask("GET /config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
    expect((await ask("PUT /config", { compatibility: "full" })).body).toEqual({ compatibility: "FULL" });
    expect((await ask("PUT /config/s", { compatibility: "NONE" })).body).toEqual({ compatibility: "NONE" });
    expect((await ask("GET /config/s")).body).toEqual({ compatibilityLevel: "NONE" });
    expect((await ask("GET /config/t?defaultToGlobal=true")).body).toEqual({ compatibilityLevel: "FULL" });
    expect((await ask("DELETE /config/s")).body).toEqual({ compatibilityLevel: "NONE" });
    expect((await ask("GET /config/s?defaultToGlobal=true")).body).toEqual({ compatibilityLevel: "FULL" });
    expect((await ask("DELETE /config")).body).toEqual({ compatibilityLevel: "FULL" });
    expect((await ask("GET /config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
  });

  it("hides what is deleted, and forgets it when it is deleted for good", async () => {
    for (const schema of [account, withNote]) await ask("POST /subjects/s/versions", { schema });
    expect(await refusal("DELETE /subjects/s?permanent=true")).toEqual([404, 40405]);
    expect(await refusal("DELETE /subjects/s/versions/1?permanent=true")).toEqual([404, 40407]);
    expect((await ask("DELETE /subjects/s/versions/1")).body).toBe(1);
    expect(await refusal("DELETE /subjects/s/versions/1")).toEqual([404, 40406]);
    expect(await refusal("GET /subjects/s/versions/1")).toEqual([404, 40402]);
    expect((await ask("GET /subjects/s/versions/1?deleted=true")).body).toMatchObject({ version: 1, deleted: true });
    expect((await ask("GET /subjects/s/versions?deletedOnly=true")).body).toEqual([1]);
    expect((await ask("GET /schemas/ids/1")).body).toEqual({ schema: account });
    expect((await ask("DELETE /subjects/s")).body).toEqual([2]);
    expect(await refusal("DELETE /subjects/s")).toEqual([404, 40404]);
    expect((await ask("GET /subjects")).body).toEqual([]);
    expect((await ask("GET /subjects?deleted=true")).body).toEqual(["s"]);
    expect((await ask("POST /subjects/s/versions", { schema: account })).body).toMatchObject({ id: 1 });
    expect((await ask("GET /subjects/s/versions")).body).toEqual([3]);
    await ask("DELETE /subjects/s");
    expect((await ask("DELETE /subjects/s?permanent=true")).body).toEqual([1, 2, 3]);
    expect(await refusal("GET /subjects/s/versions?deleted=true")).toEqual([404, 40401]);
    expect(await refusal("GET /schemas/ids/1")).toEqual([404, 40403]);
    // The id still means the same schema.
    await ask("POST /subjects/t/versions", { schema: withNote });
    expect((await ask("GET /schemas/ids/2")).body).toEqual({ schema: withNote });
    expect((await ask("POST /subjects/t/versions", { schema: account })).body).toMatchObject({ id: 1 });
  });

  it("keeps what others refer to", async () => {
    const line = account.replace('"string"', '"bank.Money"').replace("Account", "Line");
    const money = account.replace("Account", "Money");
    await ask("POST /subjects/money/versions", { schema: money });
    const references = [{ name: "bank.Money", subject: "money", version: 1 }];
    await ask("POST /subjects/line/versions", { schema: line, references });
    expect((await ask("GET /schemas/ids/2")).body).toEqual({ schema: line, references });
    expect(JSON.parse(Object((await ask("GET /schemas/ids/2?format=resolved")).body).schema).fields[0].type.name).toBe(
      "bank.Money",
    );
    expect((await ask("GET /subjects/line/versions/1")).body).toMatchObject({ references });
    expect((await ask("GET /subjects/money/versions/1/referencedby")).body).toEqual([2]);
    expect(await refusal("DELETE /subjects/money")).toEqual([422, 42206]);
    expect(await refusal("DELETE /subjects/money/versions/1")).toEqual([422, 42206]);
    await ask("DELETE /subjects/line");
    await ask("DELETE /subjects/line?permanent=true");
    expect((await ask("DELETE /subjects/money")).status).toBe(200);
  });

  it("takes nothing in read-only mode, and ids of others in import mode", async () => {
    expect((await ask("GET /mode")).body).toEqual({ mode: "READWRITE" });
    await ask("POST /subjects/s/versions", { schema: account });
    expect((await ask("PUT /mode/s", { mode: "READONLY" })).body).toEqual({ mode: "READONLY" });
    expect((await ask("POST /subjects/s/versions", { schema: account })).body).toMatchObject({ id: 1 });
    expect(await refusal("POST /subjects/s/versions", { schema: withNote })).toEqual([422, 42205]);
    expect(await refusal("DELETE /subjects/s")).toEqual([422, 42205]);
    expect((await ask("DELETE /mode/s")).body).toEqual({ mode: "READONLY" });
    expect(await refusal("PUT /mode", { mode: "IMPORT" })).toEqual([422, 42205]);
    expect((await ask("PUT /mode?force=true", { mode: "IMPORT" })).body).toEqual({ mode: "IMPORT" });
    expect(await refusal("POST /subjects/t/versions", { schema: withNote })).toEqual([422, 42205]);
    const brought = { schema: withNote, id: 100, version: 5 };
    expect((await ask("POST /subjects/t/versions", brought)).body).toMatchObject({ id: 100 });
    expect((await ask("GET /subjects/t/versions/5")).body).toMatchObject({ id: 100 });
    expect(await refusal("POST /subjects/t/versions", { schema: withOwner, id: 100, version: 6 })).toEqual([
      422, 42207,
    ]);
    await ask("PUT /mode", { mode: "READWRITE" });
    expect((await ask("POST /subjects/u/versions", { schema: withOwner })).body).toMatchObject({ id: 101 });
  });

  it("P18: lets in who has a token where tokens are written down, by Bearer", async () => {
    const guarded = await startRegistryServer({ auth: { type: "bearer", tokens: ["t0ken"] } });
    try {
      const url = `${guarded.url}/subjects`;
      const refused = await fetch(url);
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="affinity"']);
      expect(await refused.json()).toMatchObject({ error_code: 401 });
      expect((await fetch(url, { headers: { authorization: "Bearer t0ken" } })).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });

  it("P18: pages of other sites change nothing, and names that are not ours are not served", async () => {
    const headers = { origin: "https://evil.example" };
    expect((await ask("POST /subjects/s/versions", { schema: account }, headers)).status).toBe(403);
    expect((await ask("GET /subjects")).body).toEqual([]);
  });
});
