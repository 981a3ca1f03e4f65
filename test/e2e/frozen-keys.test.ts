import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TempProject, tempProject } from "../support/project.js";
import { build } from "./built.js";

const place = (fields: readonly object[]): object => ({ type: "record", name: "travel.Place", fields });
const region = { name: "region", type: "string" };

let project: TempProject;
beforeAll(async () => {
  await build();
  project = tempProject({
    "affinity.json": { name: "travel" },
    "schemas/place.avsc": place([region, { name: "id", type: "int" }]),
    "keyspaces/visits.json": { keyspace: "visits", key: "travel.Place", value: "long" },
  });
}, 300_000);
afterAll(() => project.remove());

const generated = (): string => readFileSync(join(project.folder, "src/generated/entities/travel/Place.ts"), "utf8");

describe("affinity generate where keys are stored already", () => {
  it("P15: refuses another key schema with its place, writes nothing, and says how to keep the data or lose it", () => {
    expect(project.affinity(["generate"]).code).toBe(0);
    expect(existsSync(join(project.folder, "data"))).toBe(false);
    // What a start does first.
    expect(project.affinity(["registry", "register"])).toMatchObject({ code: 0 });
    const before = generated();

    project.write({ "schemas/place.avsc": place([region, { name: "id", type: "long" }]) });
    for (const command of [["generate"], ["generate", "--check"]]) {
      const { code, stdout, stderr } = project.affinity(command);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(
        /schemas\/place\.avsc:\d+:\d+ - error KEY_CHANGED: the key schema has changed \(store visits of keyspace visits, subject travel-visits-key\), compared with\s+what is stored in data[\s\S]*affinity reset/,
      );
    }
    expect(generated()).toBe(before);

    project.write({
      "schemas/place.avsc": place([
        { ...region, doc: "Where." },
        { name: "id", type: "int" },
      ]),
    });
    expect(project.affinity(["generate"]).code).toBe(0);
    expect(generated()).toContain("Where.");

    project.write({ "schemas/place.avsc": place([region, { name: "id", type: "long" }]) });
    project.clear("data");
    expect(project.affinity(["generate"]).code).toBe(0);
  }, 60_000);
});
