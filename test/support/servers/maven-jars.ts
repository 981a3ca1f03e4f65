/** Jars from Maven Central. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { maven } from "./java.js";

export type Artifact = readonly [group: string, name: string, version: string];

export interface JarRequest {
  readonly artifacts: readonly Artifact[];
  /** What the first artifact names and is not wanted: group and name, which may be `*`. */
  readonly excluded?: readonly (readonly [group: string, name: string])[];
  /** Where a pom may stand. */
  readonly folder: string;
  /** Where the jars go; default `folder`. */
  readonly into?: string;
}

/** Copies the jars of artifacts, and of all that they need to run. */
export function fetchJars({ artifacts, excluded = [], folder, into = folder }: JarRequest): void {
  const pom = join(folder, "pom.xml");
  writeFileSync(pom, pomOf(artifacts, excluded));
  maven("-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${into}`);
}

function pomOf(artifacts: JarRequest["artifacts"], excluded: NonNullable<JarRequest["excluded"]>): string {
  const exclusions = excluded.map(([group, name]) => `<exclusion>${coordinates(group, name)}</exclusion>`).join("");
  const dependencies = artifacts.map(([group, name, version], index) => {
    const without = index === 0 && exclusions !== "" ? `<exclusions>${exclusions}</exclusions>` : "";
    return `<dependency>${coordinates(group, name)}<version>${version}</version>${without}</dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
${coordinates("affinity", "for-tests")}<version>1</version>
<dependencies>${dependencies.join("\n")}</dependencies></project>\n`;
}

function coordinates(group: string, name: string): string {
  return `<groupId>${group}</groupId><artifactId>${name}</artifactId>`;
}
