/** Which adapters `type` names, and where one that the user brings is found. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Types of each section with an adapter: those that run, and those that are known and have no runtime yet. */
export const adapterTypes = {
  registry: { ready: ["embedded", "memory", "confluent", "zookeeper"], later: [] },
  changelog: { ready: ["sqlite", "memory", "kafka"], later: [] },
  memstore: { ready: ["sqlite", "memory"], later: [] },
  coordinator: { ready: ["embedded"], later: ["zookeeper"] },
} as const satisfies Record<string, { readonly ready: readonly string[]; readonly later: readonly string[] }>;

/** A section of affinity.json whose `type` chooses an adapter. */
export type AdapterSection = keyof typeof adapterTypes;

export function isAdapterSection(path: string): path is AdapterSection {
  return Object.hasOwn(adapterTypes, path);
}

/** What a `type` stands for: a known word, or a module of the user's, or neither. */
export type AdapterChoice = "ready" | "later" | "module" | "unknown";

export function adapterChoice(section: AdapterSection, type: string, root: string): AdapterChoice {
  const { ready, later }: { readonly ready: readonly string[]; readonly later: readonly string[] } =
    adapterTypes[section];
  if (ready.includes(type)) return "ready";
  if (later.includes(type)) return "later";
  return moduleUrl(type, root) === undefined ? "unknown" : "module";
}

/** The `file:` URL of a path relative to `root` or of an installed package's entry; undefined when there is none. */
export function moduleUrl(written: string, root: string): string | undefined {
  const file = /^(\.{0,2}[/\\]|[A-Za-z]:)/.test(written) ? resolve(root, written) : packageEntry(written, root);
  return file !== undefined && isFile(file) ? pathToFileURL(file).href : undefined;
}

// Node.js resolves a package from the importing module, which is ours; the user's packages stand beside the project.
function packageEntry(name: string, root: string): string | undefined {
  if (!/^(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]*$/i.test(name)) return undefined;
  for (let folder = root; ; folder = dirname(folder)) {
    const home = join(folder, "node_modules", name);
    if (isFile(join(home, "package.json"))) return join(home, entryOf(home));
    if (dirname(folder) === folder) return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function entryOf(home: string): string {
  const manifest = manifestOf(home);
  const exported = conditional(member(manifest, "exports"));
  const main = member(manifest, "main");
  return exported ?? (typeof main === "string" ? main : "index.js");
}

function manifestOf(home: string): unknown {
  try {
    return JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function conditional(exported: unknown): string | undefined {
  if (typeof exported === "string") return exported;
  for (const condition of [".", "node", "import", "module-sync", "default"]) {
    const found = member(exported, condition);
    if (found !== undefined) return conditional(found);
  }
  return undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
