import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WrongUse } from "../../../cli/failure.js";
import { dependencySpec } from "../../../cli/init/dependency.js";
import { initProject } from "../../../cli/init/init-project.js";
import { render } from "../../../cli/init/render.js";
import { processTerminal } from "../../../cli/terminal.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "affinity-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const quiet = { ...processTerminal({ isJson: false }), print: () => {} };
const init = (name: string, template = "project"): void => initProject({ folder: join(folder, name), template }, quiet);

function filesBelow(base: string): string[] {
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(base, join(entry.parentPath, entry.name)))
    .sort();
}

describe("affinity init", () => {
  it.each(["project", "bank"])("writes the template %s with every token filled in", (template) => {
    init("My Shop!", template);
    const project = join(folder, "My Shop!");
    expect(JSON.parse(readFileSync(join(project, "affinity.json"), "utf8"))).toMatchObject({ name: "my-shop" });
    expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toMatchObject({
      name: "my-shop",
      dependencies: { "affinity-data": expect.stringMatching(/^file:/) },
    });
    expect(filesBelow(project)).toContain(".gitignore");
    expect(readFileSync(join(project, "README.md"), "utf8")).toMatch(/^# my-shop\n/);
    for (const file of filesBelow(project))
      expect(readFileSync(join(project, file), "utf8")).not.toMatch(/__\w+__|project_name/);
  });

  it("never overwrites, and writes nothing when a file of it is there", () => {
    mkdirSync(join(folder, "shop"));
    writeFileSync(join(folder, "shop/README.md"), "mine");
    expect(() => init("shop")).toThrow(WrongUse);
    expect(readdirSync(join(folder, "shop"))).toEqual(["README.md"]);
    expect(readFileSync(join(folder, "shop/README.md"), "utf8")).toBe("mine");
  });

  it("writes beside files that are not its own", () => {
    mkdirSync(join(folder, "shop/.git"), { recursive: true });
    init("shop");
    expect(existsSync(join(folder, "shop/affinity.json"))).toBe(true);
  });

  it("says how to go there, whatever the folder's name", () => {
    const printed: string[] = [];
    const terminal = { ...quiet, print: (text: string) => printed.push(text) };
    initProject({ folder: join(folder, "my shop"), template: "project" }, terminal);
    initProject({ folder: join(folder, "größe"), template: "project" }, terminal);
    const [spaced = "", accented = ""] = printed;
    expect(spaced).toMatch(/^ {2}cd ".*my shop"$/m);
    expect(accented).toMatch(/^ {2}cd [^"]*größe$/m);
  });

  it("names the templates there are when another one is asked for", () => {
    expect(() => init("shop", "../../cli")).toThrow(/there are bank, project/);
  });
});

describe("a template", () => {
  it("holds no token that nobody fills in", () => {
    writeFileSync(join(folder, "a.md"), "__project_name__ __other_token__");
    expect(() => render(join(folder, "a.md"), { __project_name__: "x" })).toThrow("__other_token__");
  });

  it("takes any text within a string of JSON", () => {
    writeFileSync(join(folder, "a.json"), '{"name":"__project_name__"}');
    expect(JSON.parse(render(join(folder, "a.json"), { __project_name__: 'C:\\"$&' }))).toEqual({ name: 'C:\\"$&' });
  });

  it("bank is examples/bank, its name and how it reaches the package aside", () => {
    const shared = filesBelow(join(root, "templates/bank")).filter((file) =>
      /^(schemas|keyspaces|src|test)\//.test(file),
    );
    expect(shared.length).toBeGreaterThan(5);
    for (const file of shared)
      expect(readFileSync(join(root, "templates/bank", file), "utf8"), file).toBe(
        readFileSync(join(root, "examples/bank", file), "utf8"),
      );
  });
});

describe("how a new project reaches the package that writes it", () => {
  const installed = (resolved: string | undefined): string => {
    const home = join(folder, "app/node_modules/affinity-data");
    mkdirSync(home, { recursive: true });
    const entry = { version: "1.2.3", ...(resolved === undefined ? {} : { resolved }) };
    writeFileSync(
      join(folder, "app/node_modules/.package-lock.json"),
      JSON.stringify({ packages: { "node_modules/affinity-data": entry } }),
    );
    return home;
  };

  it("a checkout by its path", () => {
    const home = join(folder, "checkout");
    mkdirSync(home);
    expect(dependencySpec(home, join(folder, "new"))).toBe("file:../checkout");
  });

  it("a tarball by the tarball's path, while it is there", () => {
    const home = installed("file:../affinity-data-1.2.3.tgz");
    expect(dependencySpec(home, join(folder, "new"))).toBe("file:../app/node_modules/affinity-data");
    writeFileSync(join(folder, "affinity-data-1.2.3.tgz"), "");
    expect(dependencySpec(home, join(folder, "new"))).toBe("file:../affinity-data-1.2.3.tgz");
  });

  it("a published version by its number", () => {
    const home = installed("https://registry.example/affinity-data-1.2.3.tgz");
    expect(dependencySpec(home, join(folder, "new"))).toBe("1.2.3");
  });
});
