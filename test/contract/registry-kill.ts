/** Processes that register at once while some of them are killed, and what must hold afterwards. */
import type { Registry } from "../../runtime/registry/registry.js";
import { Child } from "./child.js";

/** What the processes were answered. */
export interface Answers {
  readonly registered: readonly { subject: string; version: number; id: number; schema: string }[];
  readonly failed: readonly string[];
  readonly kills: number;
}

/**
 * Starts processes and kills them one after another, each after it has been answered some more; a killed one is replaced
 * until `kills` are done. At the end all are killed.
 */
export async function registerAndKill(
  adapter: string,
  place: string,
  size: { readonly processes: number; readonly kills: number; readonly answers: number },
): Promise<Answers> {
  const all: Child[] = [];
  const start = (): Child => {
    const child = new Child("registry-child", [adapter, place, String(all.length)]);
    all.push(child);
    return child;
  };
  const isAnswer = (line: string): boolean => line.startsWith("registered");
  const living = Array.from({ length: size.processes }, start);
  try {
    for (let kill = 0; kill < size.kills; kill += 1) {
      const index = kill % living.length;
      const child = living[index];
      if (child === undefined) break;
      await child.line(isAnswer, child.lines.length + (kill % size.answers));
      await child.kill();
      living[index] = start();
    }
    for (const child of living) await child.line(isAnswer, child.lines.length + size.answers);
  } finally {
    await Promise.all(living.map((child) => child.kill()));
  }
  const lines = all.flatMap((child) => child.lines);
  return {
    registered: lines.filter(isAnswer).map((line) => {
      const [, subject = "", version, id, schema = ""] = line.split(" ");
      return { subject, version: Number(version), id: Number(id), schema };
    }),
    failed: lines.filter((line) => line.startsWith("failed")),
    kills: size.kills + living.length,
  };
}

/** What does not hold of answers, as sentences: one id a schema and one schema an id and place, and all of it is kept. */
export async function faultsOf({ registered }: Answers, registry: Registry): Promise<readonly string[]> {
  const faults: string[] = [];
  const ids = new Map<string, number>();
  const schemas = new Map<number, string>();
  const places = new Map<string, number>();
  const agree = <K, V>(known: Map<K, V>, key: K, value: V, what: string): void => {
    const before = known.get(key);
    if (before !== undefined && before !== value)
      faults.push(`${what} ${String(key)}: ${String(before)} and ${String(value)}`);
    known.set(key, value);
  };
  for (const { subject, version, id, schema } of registered) {
    agree(ids, schema, id, "ids of schema");
    agree(schemas, id, schema, "schemas of id");
    agree(places, `${subject} ${version}`, id, "ids at");
  }
  for (const [id, schema] of schemas) {
    if ((await registry.schemaById(id)) !== schema) faults.push(`id ${id} is no longer ${schema}`);
  }
  for (const subject of new Set(registered.map((answer) => answer.subject))) {
    const versions = await registry.versions(subject);
    versions.forEach(({ version }, index) => {
      if (version !== index + 1) faults.push(`${subject}: version ${version} stands at place ${index + 1}`);
    });
    for (const answer of registered) {
      if (answer.subject !== subject) continue;
      const kept = versions[answer.version - 1];
      if (kept?.id !== answer.id || kept.schema !== answer.schema) faults.push(`${subject} ${answer.version} is lost`);
    }
  }
  return faults;
}
