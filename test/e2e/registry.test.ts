/** The registry of a project as its users meet it: at start, by command, and over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFiles, generate, type TempProject, tempProject } from "../support/project.js";
import { Server, serveToEnd } from "../support/server.js";
import { RegistryProcess } from "../support/servers/registry-process.js";

describe("a project's registry", () => {
  let project: TempProject;
  beforeAll(() => {
    project = tempProject({ ...bankFiles, "affinity.json": { name: "bank", http: { port: 0 } } });
    generate(project);
  }, 300_000);
  afterAll(() => project.remove());

  const facts = (stdout: string): readonly { readonly [name: string]: unknown }[] =>
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  const configure = (registry: object): void =>
    project.write({ "affinity.json": { name: "bank", http: { port: 0 }, registry } });

  it("with autoRegister false only looks up, and says what the pipeline is to register", async () => {
    configure({ autoRegister: false });
    const ending = await serveToEnd({ folder: project.folder });
    expect(ending.code).toBe(1);
    expect(ending.output).toContain("SCHEMA_NOT_FOUND");
    for (const subject of ["bank-accounts-key", "bank-accounts-value", "affinity registry register"])
      expect(ending.output).toContain(subject);
    expect(facts(project.affinity(["registry", "list", "--json"]).stdout)).toEqual([]);

    const registered = project.affinity(["registry", "register", "--json"]);
    expect(registered.code).toBe(0);
    expect(facts(registered.stdout)).toContainEqual({
      subject: "bank-accounts-value",
      version: 1,
      id: expect.any(Number),
    });
    const server = await Server.start({ folder: project.folder });
    expect((await fetch(`${server.url}/_affinity/ready`)).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });

  it("lists and shows what is registered, and registers a file", () => {
    const listed = facts(project.affinity(["registry", "list", "--json"]).stdout);
    expect(listed).toContainEqual(
      expect.objectContaining({
        subject: "bank-accounts-value",
        level: "BACKWARD",
        versions: [{ version: 1, id: expect.any(Number) }],
      }),
    );
    const shown = project.affinity(["registry", "show", "bank-accounts-value"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: "bank.Account" });
    expect(project.affinity(["registry", "show", "nobody"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("SCHEMA_NOT_FOUND"),
    });
    const file = ["registry", "register", "deposits", "schemas/deposit.avsc"];
    expect(project.affinity(file)).toMatchObject({ code: 0, stdout: expect.stringMatching(/deposits\s+1\s+\d/) });
    project.write({
      "schemas/other.json": {
        type: "record",
        name: "Deposit",
        namespace: "bank",
        fields: [{ name: "by", type: "string" }],
      },
    });
    expect(project.affinity(["registry", "register", "deposits", "schemas/other.json"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/SCHEMA_INCOMPATIBLE.*by/),
    });
    expect(project.affinity(["registry", "register", "deposits"]).code).toBe(2);
    expect(project.affinity(["registry", "show", "deposits", "first"]).code).toBe(2);
  });

  it("refuses at start what its level forbids, with the reason, and touches nothing", async () => {
    configure({});
    const before = project.affinity(["registry", "list", "--json"]).stdout;
    const fields = [
      { name: "amount", type: "long" },
      { name: "reference", type: "string" },
    ];
    project.write({ "schemas/deposit.avsc": { type: "record", name: "Deposit", namespace: "bank", fields } });
    generate(project);
    const ending = await serveToEnd({ folder: project.folder });
    expect(ending.code).toBe(1);
    expect(ending.output).toMatch(/SCHEMA_INCOMPATIBLE.*reference/);
    expect(project.affinity(["registry", "list", "--json"]).stdout).toBe(before);
    project.write({ "schemas/deposit.avsc": bankFiles["schemas/deposit.avsc"] });
    generate(project);
  });

  it("is served by a command and by the node at once", async () => {
    configure({ serve: true });
    const [node, registry] = [
      await Server.start({ folder: project.folder }),
      await RegistryProcess.start(project.folder, 0),
    ];
    try {
      const body = JSON.stringify({ schema: '"int"' });
      const media = { "content-type": "application/vnd.schemaregistry.v1+json" };
      const mounted = `${node.url}/_affinity/registry`;
      const told = await fetch(`${registry.url}/subjects/counts/versions`, { method: "POST", headers: media, body });
      const { id } = Object(await told.json());
      expect(await (await fetch(`${mounted}/schemas/ids/${id}`)).json()).toEqual({ schema: '"int"' });
      expect(await (await fetch(`${mounted}/subjects/counts/versions`)).json()).toEqual([1]);
      expect(await (await fetch(`${mounted}/subjects/none/versions`)).json()).toMatchObject({ error_code: 40401 });
    } finally {
      await registry.stop();
      await node.stop();
    }
  });

  it("is not served to the outside without tokens", () => {
    const refused = project.affinity(["registry", "serve", "--host", "0.0.0.0", "--port", "0"]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/CONFIG_INVALID.*bearer/) });
    configure({ type: "confluent" });
    const foreign = project.affinity(["registry", "serve", "--port", "0"]);
    expect(foreign).toMatchObject({ code: 1, stderr: expect.stringMatching(/CONFIG_INVALID.*confluent/) });
    expect(project.affinity(["registry", "serve", "--port", "many"]).code).toBe(2);
  });
});
