/** Projects in temporary folders, as `affinity init` writes them, installed by links instead of by npm. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { affinity, root } from "./built.js";

/** Makes a project from a template; the caller removes it. */
export async function madeProject(template: "project" | "bank"): Promise<string> {
  const folder = newFolder();
  const { exitCode, stderr } = await affinity(["init", folder, "--template", template]);
  if (exitCode !== 0) throw new Error(stderr);
  linkPackages(folder);
  return folder;
}

/** Copies an example as it stands in the repository; the caller removes it. */
export function copiedExample(name: "bank" | "minimal"): string {
  const folder = newFolder();
  const isSource = (path: string): boolean => !/\/(node_modules|data|generated)$/.test(path);
  cpSync(join(root, "examples", name), folder, { recursive: true, filter: isSource });
  linkPackages(folder);
  return folder;
}

function newFolder(): string {
  return join(mkdtempSync(join(tmpdir(), "affinity-project-")), "shop");
}

function linkPackages(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  symlinkSync(root, join(modules, "affinity-data"));
  for (const name of ["tsx", "typescript", "@types/node", "undici-types"])
    symlinkSync(join(root, "node_modules", name), join(modules, name));
}

/** Removes a project with the folder that it was made in. */
export function removeProject(folder: string): void {
  rmSync(join(folder, ".."), { recursive: true, force: true });
}
