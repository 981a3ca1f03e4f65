/** The corpus of real schemas, which lies beside the project and is no part of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where it lies; AFFINITY_CORPUS tells another place. */
export const corpusFolder =
  process.env.AFFINITY_CORPUS ?? fileURLToPath(new URL("../../../../shared/corpus", import.meta.url));

/** One schema file of the corpus with the manifest's verdict. */
export interface CorpusSchema {
  readonly path: string;
  readonly isValid: boolean;
  /** What avsc makes of it: `no` when it refuses what the specification allows. */
  readonly avsc: "alone" | "with-set" | "no";
  readonly problems: readonly string[];
  /** Files to load with it, definitions before their uses. */
  readonly needs: readonly string[];
}

interface ManifestEntry {
  readonly path: string;
  readonly valid: boolean;
  readonly avsc: "alone" | "with-set" | "no";
  readonly problems?: readonly string[];
  readonly needs?: readonly string[];
}

export function hasCorpus(): boolean {
  return existsSync(join(corpusFolder, "manifest.json"));
}

/** Every schema of the manifest, in its order. */
export function corpusSchemas(): readonly CorpusSchema[] {
  const manifest: { readonly schemas: readonly ManifestEntry[] } = JSON.parse(readCorpus("manifest.json"));
  const needs = new Map(manifest.schemas.map((entry) => [entry.path, entry.needs ?? []]));
  return manifest.schemas.map((entry) => ({
    path: entry.path,
    isValid: entry.valid,
    avsc: entry.avsc,
    problems: entry.problems ?? [],
    needs: inLoadOrder(entry.path, needs).filter((path) => path !== entry.path),
  }));
}

/** The text of a file, without a byte order mark. */
export function readCorpus(path: string): string {
  return readFileSync(join(corpusFolder, path), "utf8").replace(/^\ufeff/, "");
}

function inLoadOrder(path: string, needs: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (current: string): void => {
    if (done.has(current)) return;
    done.add(current);
    for (const needed of needs.get(current) ?? []) visit(needed);
    order.push(current);
  };
  const order: string[] = [];
  visit(path);
  return order;
}
