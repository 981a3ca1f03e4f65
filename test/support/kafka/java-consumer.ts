/** Java's own consumer: another reader of what we write. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileJava } from "../java/compile.js";
import { kafkaProgram, kafkaVersions } from "../servers/kafka-program.js";

const source = fileURLToPath(new URL("../java/KafkaTexts.java", import.meta.url));
const run = promisify(execFile);

/** To read all, ms. */
const timeoutMs = 120_000;

/** What stands in partition 0 of topics as `key=value`, in an order that holds within a topic. */
export async function readByJava(brokers: readonly string[], topics: readonly string[]): Promise<readonly string[]> {
  const { java, parameters } = kafkaProgram(kafkaVersions[0]);
  const classes = mkdtempSync(join(tmpdir(), "affinity-texts-"));
  try {
    const classPath = compileJava(source, [parameters.at(-1) ?? ""], classes);
    const memory = ["-Xmx256m", "-XX:TieredStopAtLevel=1"];
    const main = [...parameters.slice(0, -1), classPath, "KafkaTexts", brokers.join(), topics.join()];
    const { stdout } = await run(java, [...memory, ...main], { timeout: timeoutMs, maxBuffer: 1 << 26 });
    return stdout.split("\n").filter((line) => line !== "");
  } finally {
    rmSync(classes, { recursive: true, force: true });
  }
}
