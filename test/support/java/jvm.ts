/** One JVM with Apache Avro as a judge: answers lines of JSON with lines of JSON, in order. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fetchJars } from "../servers/maven-jars.js";
import { compileJava } from "./compile.js";

export const javaAvroVersion = "1.12.0";

const cache = fileURLToPath(new URL(`../../../.cache/java-avro-idl-${javaAvroVersion}`, import.meta.url));

const artifacts = [
  ["org.apache.avro", "avro", javaAvroVersion],
  ["org.apache.avro", "avro-idl", javaAvroVersion],
  ["org.xerial.snappy", "snappy-java", "1.1.10.5"],
  ["org.slf4j", "slf4j-nop", "2.0.13"],
] as const;

/** Fetches the jars on first use; false, with the reason on standard error, where Java, Maven or its repository is missing. */
export function prepareJava(): boolean {
  if (existsSync(cache)) return true;
  try {
    execFileSync("javac", ["-version"], { stdio: "ignore" });
    mkdirSync(dirname(cache), { recursive: true });
    // Made aside and renamed, so that two processes may do it at once.
    const folder = mkdtempSync(`${cache}.`);
    fetchJars({ artifacts, folder });
    if (existsSync(cache)) rmSync(folder, { recursive: true });
    else renameSync(folder, cache);
    return true;
  } catch (error) {
    if (existsSync(cache)) return true;
    console.error(`Java Avro: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** A running judge. */
export class Jvm {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  #isClosed = false;

  /** @param source Path of a Java file with a class of its name, whose `main` answers each line of standard input. */
  constructor(source: string, heapMb = 512) {
    this.#folder = mkdtempSync(`${cache}.run-`);
    const jars = readdirSync(cache).filter((name) => name.endsWith(".jar"));
    const libraries = jars.map((name) => join(cache, name));
    const classPath = compileJava(source, libraries, this.#folder);
    const main = source.slice(source.lastIndexOf("/") + 1).replace(/\.java$/, "");
    const memory = [`-Xmx${heapMb}m`, "-XX:+UseSerialGC", "-Xss4m"];
    this.#child = spawn("java", [...memory, "-cp", classPath, main], { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    this.#child.on("exit", (code) => {
      if (!this.#isClosed) for (const { reject } of this.#waiting) reject(new Error(`the JVM ended with code ${code}`));
    });
  }

  /** The answer to one question; questions may be asked before earlier ones are answered. */
  async ask(question: unknown): Promise<unknown> {
    if (this.#isClosed) throw new Error("the JVM is closed");
    const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await answer);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}
