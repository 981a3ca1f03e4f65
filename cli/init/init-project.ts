/** Copies a template into a folder, tokens filled in. Never overwrites. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { WrongUse } from "../failure.js";
import { packageRoot } from "../package-root.js";
import type { Terminal } from "../terminal.js";
import { dependencySpec } from "./dependency.js";
import { render } from "./render.js";

/** Files that npm would leave out of a package under their own name. */
const storedNames: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** @throws WrongUse when there is no such template, or a file of it is already there; nothing is written then. */
export function initProject(request: { readonly folder: string; readonly template: string }, terminal: Terminal): void {
  const target = resolve(request.folder);
  const files = templateFiles(request.template, {
    __project_name__: projectName(target),
    __affinity_dependency__: dependencySpec(packageRoot(), target),
  });
  const taken = files.filter(({ path }) => existsSync(join(target, path))).map(({ path }) => path);
  if (taken.length > 0)
    throw new WrongUse(
      `${request.folder}: ${taken.join(", ")} already there; nothing was written; name another folder`,
    );
  for (const { path, text } of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text, { flag: "wx" });
  }
  terminal.emit({ event: "created", folder: target, files: files.map(({ path }) => path) });
  terminal.print(`Wrote ${files.length} files to ${target}. Next:\n\n${nextSteps(target)}`);
}

function templateFiles(template: string, tokens: Readonly<Record<string, string>>): readonly NewFile[] {
  const home = join(packageRoot(), "templates");
  const known = readdirSync(home);
  if (!known.includes(template))
    throw new WrongUse(`--template ${template}: there is no such template; there are ${known.join(", ")}`);
  return readdirSync(join(home, template), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const stored = relative(join(home, template), join(entry.parentPath, entry.name));
      const name = storedNames[entry.name] ?? entry.name;
      return { path: join(dirname(stored), name), text: render(join(home, template, stored), tokens) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The folder's name as npm and Kafka take it: lower case letters, digits, hyphens. */
function projectName(target: string): string {
  const name = basename(target)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 100);
  return name === "" ? "my-api" : name;
}

function nextSteps(target: string): string {
  const here = relative(process.cwd(), target);
  const steps = ["npm install", "npm run dev"];
  const shown = /^[\p{L}\p{N}_./\\:-]*$/u.test(here) ? here : `"${here}"`;
  return (here === "" ? steps : [`cd ${shown}`, ...steps]).map((step) => `  ${step}`).join("\n");
}
