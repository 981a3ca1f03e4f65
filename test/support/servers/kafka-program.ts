/** Kafka's jars and formatted storage, from Maven Central, once for each version. */
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.js";
import { javaOf } from "./java.js";
import { kafkaProperties } from "./kafka-properties.js";
import { type Artifact, fetchJars } from "./maven-jars.js";

/** The first is the default. */
export const kafkaVersions = ["4.3.1", "3.9.2"] as const;
export type KafkaVersion = (typeof kafkaVersions)[number];

/** Brokers of Kafka 4 are classes of Java 17. */
const javaMajor = 17;
/** Sixteen bytes in base64url, as the storage tool makes them; any will do for clusters on loopback. */
const clusterId = "YWZmaW5pdHktdGVzdHMtMQ";

/** Where a version stands. */
export interface KafkaProgram {
  readonly java: string;
  /** Parameters of Java that every class of Kafka needs. */
  readonly parameters: readonly string[];
  /** Storage formatted for a node id, to be copied: it holds no port, so that one format serves every start. */
  formatted(id: number): string;
}

/** Fetches it on first use. */
export function kafkaProgram(version: KafkaVersion): KafkaProgram {
  const java = javaOf(javaMajor);
  const folder = cached(`kafka-${version}`, (draft) => {
    fetchJars({ artifacts: artifactsOf(version), folder: draft, into: join(draft, "libs") });
    writeFileSync(join(draft, loggingFile(version)), logging(version));
    for (const id of [1, 2, 3]) format(java, draft, version, id);
  });
  return { java, parameters: parameters(folder, version), formatted: (id) => join(folder, "storage", String(id)) };
}

function parameters(folder: string, version: KafkaVersion): readonly string[] {
  const libs = join(folder, "libs");
  // In an order of our own: that of a wildcard is the file system's.
  const classPath = readdirSync(libs)
    .sort()
    .map((name) => join(libs, name))
    .join(":");
  const file = join(folder, loggingFile(version));
  const option = isLog4j2(version) ? `-Dlog4j2.configurationFile=${file}` : `-Dlog4j.configuration=file:${file}`;
  return [option, "-cp", classPath];
}

function format(java: string, folder: string, version: KafkaVersion, id: number): void {
  const voters = [1, 2, 3].map((voter) => ({ id: voter, port: 1_000 + voter, controllerPort: 2_000 + voter }));
  const storage = join(folder, "storage", String(id));
  const file = join(folder, "format.properties");
  writeFileSync(file, kafkaProperties({ id, members: voters, storage, settings: {} }));
  const tool = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", file];
  execFileSync(java, ["-XX:TieredStopAtLevel=1", ...parameters(folder, version), ...tool], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function isLog4j2(version: KafkaVersion): boolean {
  return version.startsWith("4.");
}

// Without a binding of slf4j a broker says nothing, neither that it is ready nor why it is not.
function artifactsOf(version: KafkaVersion): readonly Artifact[] {
  const binding: Artifact = isLog4j2(version)
    ? ["org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4"]
    : ["org.slf4j", "slf4j-reload4j", "1.7.36"];
  return [["org.apache.kafka", "kafka_2.13", version], binding];
}

function loggingFile(version: KafkaVersion): string {
  return isLog4j2(version) ? "log4j2.xml" : "log4j.properties";
}

/** Warnings, and the line that says that a broker has started. */
function logging(version: KafkaVersion): string {
  if (isLog4j2(version))
    return `<Configuration status="WARN"><Appenders><Console name="out"><PatternLayout pattern="%d{HH:mm:ss.SSS} %p %c{1} %m%n"/></Console></Appenders>
<Loggers><Logger name="kafka.server.KafkaRaftServer" level="INFO"/><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>\n`;
  return `log4j.rootLogger=WARN, out
log4j.logger.kafka.server.KafkaRaftServer=INFO
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{HH:mm:ss.SSS} %p %c{1} %m%n\n`;
}
