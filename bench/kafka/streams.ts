/** The Kafka Streams application that a restore is compared with: `bench/java/StreamsRestore.java`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "../../test/support/servers/cache.js";
import { javaOf } from "../../test/support/servers/java.js";
import { kafkaVersions } from "../../test/support/servers/kafka-program.js";
import { fetchJars } from "../../test/support/servers/maven-jars.js";

const program = fileURLToPath(new URL("../java/StreamsRestore.java", import.meta.url));

/** What it measured: from the first partition's start to the last one's end. */
export interface StreamsRestore {
  readonly records: number;
  readonly seconds: number;
}

/** Restores a topic into a new RocksDB. */
export function restoreWithStreams(brokers: readonly string[], topic: string): StreamsRestore {
  const state = mkdtempSync(join(tmpdir(), "affinity-streams-"));
  try {
    const parameters = ["-Xmx1g", "-cp", `${libraries()}/*`, program, brokers.join(","), topic, state];
    const output = execFileSync(javaOf(17), parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const found: StreamsRestore = JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
    return found;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

function libraries(): string {
  const version = kafkaVersions[0];
  const folder = cached(`kafka-streams-${version}`, (draft) => {
    const artifacts = [
      ["org.apache.kafka", "kafka-streams", version],
      ["org.slf4j", "slf4j-nop", "1.7.36"],
    ] as const;
    fetchJars({ artifacts, folder: draft, into: join(draft, "libs") });
  });
  return join(folder, "libs");
}
