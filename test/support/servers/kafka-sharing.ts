/** Programs of others on topics: Confluent's Python client, and Java's with Apicurio's serializers. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileJava } from "../java/compile.js";
import { cached } from "./cache.js";
import { pythonClients } from "./foreign-clients.js";
import { fetchJars } from "./maven-jars.js";

/** One topic to write or to read; see `kafka_sharing.py`. */
export interface SharingJob {
  readonly topic: string;
  /** null: keys are plain text. */
  readonly keySchema: string | null;
  readonly valueSchema: string;
  readonly file: string;
  /** Python: registers its schemas instead of taking the subject's latest. */
  readonly registers?: boolean;
}

/** Where they find what they need. */
export interface SharingPlace {
  readonly brokers: readonly string[];
  readonly registry: { readonly url: string; readonly ownUrl: string };
}

export type SharingAction = "write" | "read";

/** A program that does jobs, one after another. Rejects with what it printed when it fails. */
export type SharingProgram = (action: SharingAction, jobs: readonly SharingJob[], place: SharingPlace) => Promise<void>;

const python = fileURLToPath(new URL("./kafka_sharing.py", import.meta.url));
const java = fileURLToPath(new URL("../java/KafkaSharing.java", import.meta.url));

export const runPython: SharingProgram = (action, jobs, { brokers, registry }) =>
  withJobs(jobs, (file) =>
    run("python3", [python, brokers.join(), registry.url, action, file], { PYTHONPATH: pythonClients() }),
  );

const serdeVersion = "2.6.13.Final";
const clientsVersion = "3.9.2";

const artifacts = [
  ["io.apicurio", "apicurio-registry-serdes-avro-serde", serdeVersion],
  ["org.apache.kafka", "kafka-clients", clientsVersion],
  ["org.slf4j", "slf4j-nop", "1.7.36"],
] as const;

export const runJava: SharingProgram = (action, jobs, { brokers, registry }) =>
  withJobs(jobs, (file, folder) => {
    const jars = cached(`kafka-sharing-java-${clientsVersion}-${serdeVersion}`, (draft) => {
      fetchJars({ artifacts, folder: draft, into: join(draft, "libs") });
    });
    const libs = join(jars, "libs");
    const classes = join(folder, "classes");
    mkdirSync(classes);
    const libraries = readdirSync(libs).map((name) => join(libs, name));
    const classPath = compileJava(java, libraries, classes);
    const memory = ["-Xmx512m", "-XX:+UseSerialGC"];
    const main = ["-cp", classPath, "KafkaSharing", brokers.join(), registry.ownUrl, action, file];
    return run("java", [...memory, ...main], {});
  });

async function withJobs(
  jobs: readonly SharingJob[],
  work: (file: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "affinity-sharing-"));
  try {
    const file = join(folder, "jobs.json");
    writeFileSync(file, JSON.stringify(jobs));
    await work(file, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For all jobs together, ms. */
const timeoutMs = 900_000;

function run(program: string, parameters: readonly string[], env: { readonly [name: string]: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 1 << 26 };
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program} failed: ${stdout.slice(-1_000)}${stderr.slice(-3_000)}`));
    });
  });
}
