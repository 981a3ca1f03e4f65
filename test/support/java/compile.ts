/** Compiles a program in Java. */
import { execFileSync } from "node:child_process";

/** To compile one, ms. */
const timeoutMs = 120_000;

/** @returns The class path to run it with: what it was compiled against, and its own classes. */
export function compileJava(source: string, libraries: readonly string[], classes: string): string {
  const classPath = [...libraries, classes].join(":");
  const parameters = ["-d", classes, "-cp", classPath, source];
  execFileSync("javac", parameters, { stdio: ["ignore", "inherit", "inherit"], timeout: timeoutMs });
  return classPath;
}
