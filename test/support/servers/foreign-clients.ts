/** Schema registry clients of others, installed from their package registries, as programs against a base URL. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "./cache.js";

const pythonPackages = ["confluent-kafka[avro,schemaregistry]==2.16.1", "python-schema-registry-client==2.6.1"];
const nodePackage = "@kafkajs/confluent-schema-registry@4.1.0";

/** Why Python's clients cannot run here; undefined where they can. */
export function missingPython(): string | undefined {
  return spawnSync("python3", ["-m", "pip", "--version"]).status === 0
    ? undefined
    : "python3 with pip is not installed";
}

/** One thing that a client tried. */
export interface ClientCheck {
  readonly check: string;
  readonly holds: boolean;
  readonly found: string;
}

/** What a client told: its checks, and the members of its other lines. */
export interface ClientRun {
  readonly checks: readonly ClientCheck[];
  readonly told: { readonly [name: string]: unknown };
}

/** Confluent's Python client and its Avro serializer, and a second client. @param frames Hexadecimal, to be read. */
export function runPythonClients(url: string, prefix: string, frames: readonly string[]): ClientRun {
  const script = fileURLToPath(new URL("./confluent_client.py", import.meta.url));
  const input = frames.map((frame) => `${frame}\n`).join("");
  return run("python3", [script, url, prefix], { PYTHONPATH: pythonClients() }, input);
}

/** The folder of Python's packages: Confluent's client with fastavro, and a second client of registries. */
export function pythonClients(): string {
  return cached(`python-registry-clients-2.16.1-2.6.1`, (draft) => {
    const pip = [
      "-m",
      "pip",
      "install",
      "-q",
      "--disable-pip-version-check",
      "--root-user-action=ignore",
      "--target",
      draft,
      ...pythonPackages,
    ];
    execFileSync("python3", pip, { stdio: ["ignore", "ignore", "inherit"] });
  });
}

/** The client of the kafkajs project. */
export function runKafkajsClient(url: string, prefix: string): ClientRun {
  const folder = cached("kafkajs-registry-client-4.1.0", (draft) => {
    writeFileSync(join(draft, "package.json"), "{}");
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    execFileSync("npm", ["install", ...options, nodePackage], { cwd: draft, stdio: ["ignore", "ignore", "inherit"] });
  });
  const script = fileURLToPath(new URL("./kafkajs_client.mjs", import.meta.url));
  return run(process.execPath, [script, folder, url, prefix], {}, "");
}

function run(
  program: string,
  parameters: readonly string[],
  env: { readonly [name: string]: string },
  input: string,
): ClientRun {
  const { status, stdout, stderr } = spawnSync(program, parameters, {
    env: { ...process.env, ...env },
    input,
    encoding: "utf8",
    timeout: 120_000,
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  const facts = lines.map((line): { readonly [name: string]: unknown } => JSON.parse(line));
  const checks = facts
    .filter((fact) => "check" in fact)
    .map(({ check, holds, found }) => ({
      check: String(check),
      holds: holds === true,
      found: String(found),
    }));
  const ended = { check: `${program} ends well`, holds: status === 0, found: stderr.slice(-2_000) };
  return { checks: [...checks, ended], told: Object.assign({}, ...facts.filter((fact) => !("check" in fact))) };
}
