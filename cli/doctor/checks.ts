/** All checks of `affinity doctor`, in the order in which a start would meet their faults. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { hashInputs, readInputs } from "../../codegen/inputs.js";
import { inspect } from "../../codegen/project.js";
import { isAffinityError, messageOf } from "../../runtime/core/errors.js";
import { type ConfigReading, readConfig } from "../../runtime/node/config/load.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { loadProject, loadService } from "../../runtime/node/project.js";
import { generateOptions } from "../generate/options.js";
import { fault, type Health, ok } from "./health.js";
import { checkCompression, checkDataDir, checkDisk, checkNode, checkPort, checkSqlite } from "./machine.js";

/** The outcome of each check as it is known. What depends on a configuration is left out where there is none. */
export async function* allChecks(configFile: string): AsyncGenerator<Health> {
  yield checkNode(process.versions.node);
  yield checkSqlite();
  const { health, config } = checkConfig(configFile);
  yield health;
  if (config === undefined) return;
  const input = await checkInput(config);
  yield input;
  if (input.state === "ok") yield await checkGenerated(config);
  const { changelog } = config;
  if (changelog.type === "kafka" && changelog.compression !== "none") yield checkCompression(changelog);
  yield checkDataDir(config.dataDir);
  yield checkDisk(config.dataDir);
  yield await checkPort(config.http);
}

function checkConfig(file: string): { readonly health: Health; readonly config?: ResolvedConfig } {
  const check = "configuration";
  if (!existsSync(file))
    return {
      health: fault(check, `there is no ${file}`, "run this in a project's folder, or make one with `affinity init`"),
    };
  const reading = readingOf(file);
  if (typeof reading === "string") return { health: fault(check, reading, "make the file readable") };
  if (reading.ok) return { health: ok(check, resolve(file)), config: reading.config };
  const [first] = reading.findings;
  const seen = `${reading.findings.length} of its fields are wrong; the first: ${first?.text}`;
  return { health: fault(check, seen, "run `affinity config`, which shows each with its place") };
}

function readingOf(file: string): ConfigReading | string {
  try {
    return readConfig(file, process.env);
  } catch (error) {
    return messageOf(error);
  }
}

async function checkInput(config: ResolvedConfig): Promise<Health> {
  const { diagnostics } = await inspect(generateOptions(config));
  if (diagnostics.length === 0) return ok("input", "schemas and definitions are right");
  const count = diagnostics.length === 1 ? "1 error" : `${diagnostics.length} errors`;
  return fault("input", `${count} in schemas and definitions`, "run `affinity check`, which shows each with its place");
}

async function checkGenerated(config: ResolvedConfig): Promise<Health> {
  const check = "generated code";
  try {
    const options = generateOptions(config);
    const service = await loadService(config);
    if (hashInputs(readInputs(options), options) !== service.inputs)
      return fault(check, "is older than schemas, definitions or settings", "run `affinity generate`");
    const { handlers } = await loadProject(config);
    return ok(check, `is up to date; handlers: ${Object.keys(handlers).join(", ") || "none needed"}`);
  } catch (error) {
    const [seen = "", ...cures] = (isAffinityError(error) ? error.detail : messageOf(error)).split("; ");
    return fault(check, seen, cures.join("; ") || "correct the module that throws this when it is loaded");
  }
}
