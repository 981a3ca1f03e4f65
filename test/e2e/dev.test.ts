import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { affinityMain, build, Running } from "./built.js";
import { madeProject, removeProject } from "./project.js";

let folder = "";
let dev: Running;
let url = "";

beforeAll(async () => {
  await build();
  folder = await madeProject("project");
  writeFileSync(join(folder, "affinity.json"), '{ "name": "shop", "http": { "port": 0 } }');
  dev = new Running(process.execPath, [affinityMain, "dev"], { cwd: folder });
}, 300_000);
afterAll(async () => {
  await dev.stopped("SIGKILL");
  removeProject(folder);
});

/** The next thing that is printed and matches. */
async function next(pattern: RegExp): Promise<string> {
  const match = await dev.printed(pattern);
  dev.output = dev.output.slice(match.index + match[0].length);
  return match[1] ?? "";
}
const ready = (): Promise<string> => next(/shop is ready in [\d.]+ s: (http:\/\/[^/]+)/);

function edit(file: string, from: string, to: string): void {
  const path = join(folder, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

const add = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/counters/x/add`, {
    method: "POST",
    body: '{"by":-1}',
    headers: { "content-type": "application/json", ...headers },
  });

describe("affinity dev", () => {
  it("generates, serves, and admits pages of every loopback origin", async () => {
    await next(/src\/generated: \d+ files written/);
    url = await ready();
    expect((await add(url, { origin: "http://localhost:5173" })).status).toBe(422);
    expect((await add(url, { origin: "https://evil.example" })).status).toBe(403);
  });

  it("serves anew when a handler changes", async () => {
    edit("src/handlers/counters.ts", "if (count < 0n)", "if (count < -5n)");
    expect((await add(await ready())).status).toBe(200);
  });

  it("prints what is wrong with a schema and goes on serving, then generates and serves what is right", async () => {
    edit("schemas/step.avsc", '"long"', '"lonk"');
    await next(/schemas\/step\.avsc:\d+:\d+ - error AVRO_UNKNOWN_TYPE/);
    edit("schemas/step.avsc", '"lonk"', '"long"');
    await next(/No errors/);
    edit("schemas/step.avsc", '"fields": [', '"fields": [{ "name": "note", "type": "string", "default": "" },');
    edit("src/handlers/counters.ts", "request.by", "request.by + BigInt(request.note.length)");
    await next(/files? written/);
    expect((await add(await ready())).status).toBe(200);
  });

  it("says how stored data of a changed schema is removed, and serves when the change is taken back", async () => {
    edit("schemas/counter.avsc", '"count", "type": "long"', '"count", "type": "string"');
    await next(/SCHEMA_CHANGED[\s\S]*affinity reset/);
    edit("schemas/counter.avsc", '"count", "type": "string"', '"count", "type": "long"');
    await ready();
  });

  it("takes another configuration without being started again", async () => {
    writeFileSync(join(folder, "affinity.json"), '{ "name": "shop", "http": { "prot": 0 } }');
    await next(/http\.prot: is not a setting/);
    writeFileSync(join(folder, "affinity.json"), '{ "name": "shop", "http": { "port": 0 }, "mailboxLimit": 5 }');
    url = await ready();
    expect((await add(url)).status).toBe(200);
  });

  it("ends with what it serves at one signal", async () => {
    expect(await dev.stopped("SIGINT")).toEqual([0, null]);
    await expect(add(url)).rejects.toThrow();
  });
});

describe("affinity generate --watch", () => {
  it("generates again at each change, and ends with 0 at a signal", async () => {
    const watch = new Running(process.execPath, [affinityMain, "generate", "--watch"], { cwd: folder });
    await watch.printed(/Watching for changes/);
    edit("schemas/step.avsc", '"doc": "', '"doc": "Well: ');
    await watch.printed(/Step\.ts|files? written/);
    edit("schemas/step.avsc", '"long"', '"lonk"');
    await watch.printed(/Did you mean long/);
    expect(await watch.stopped("SIGINT")).toEqual([0, null]);
  });
});
