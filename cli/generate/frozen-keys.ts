/**
 * Semantics P15: the key schema of a keyspace is frozen. Where the keys of a project are stored on this machine, a run of the
 * generator tells that a schema would be refused at the next start. (Of other registries `check --against` tells it.)
 */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { ModelJudge } from "../../codegen/project.js";
import { systemClock } from "../../runtime/core/clock.js";
import { messageOf } from "../../runtime/core/errors.js";
import { systemRandom } from "../../runtime/core/random.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import type { Registry } from "../../runtime/registry/registry.js";
import type { Terminal } from "../terminal.js";

/** Undefined where nothing is stored here. */
export function frozenKeys(config: ResolvedConfig, terminal: Terminal): ModelJudge | undefined {
  const { dataDir, root, registry } = config;
  if (registry.type !== "embedded" || !existsSync(join(dataDir, "registry.sqlite"))) return undefined;
  return async (model) => {
    // Loaded here, since most runs have nothing to compare with.
    const { openEmbeddedRegistry } = await import("../../runtime/registry/embedded-registry.js");
    const { compareKeys } = await import("../../codegen/compatibility/subjects.js");
    let stored: Registry;
    try {
      stored = await openEmbeddedRegistry({ dataDir, clock: systemClock, random: systemRandom });
    } catch (error) {
      // The generator needs neither SQLite nor the data; the start will say it again.
      terminal.note(`Keys were not compared with what is stored: ${messageOf(error)}`);
      return [];
    }
    const lastOf = async (subject: string): Promise<string | undefined> => {
      const last = await stored.latest(subject);
      return last === undefined ? undefined : stored.schemaById(last.id);
    };
    try {
      return await compareKeys(model, lastOf, `what is stored in ${relative(root, dataDir) || dataDir}`);
    } finally {
      await stored.close();
    }
  };
}
