/** The built package as users run it, in processes of their own. */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The command line as it was built. */
export const affinityMain = join(root, "dist/cli/main.js");

/** How a program ended, and what it printed. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const timeoutMs = 240_000;

/** Runs a program to its end. Colours are off. */
export function ran(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const settings = {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      timeout: timeoutMs,
      maxBuffer: 1 << 26,
    };
    const child = execFile(command, args, settings, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Runs a program that must succeed. */
export async function succeeded(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await ran(command, args, options);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${exitCode}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a command of the built package. */
export function affinity(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return ran(process.execPath, [affinityMain, ...args], options);
}

/** Brings dist/ up to date with the sources. */
export async function build(): Promise<void> {
  await succeeded(process.execPath, [join(root, "scripts/prepare-build.mjs")]);
}

/** A program that goes on running, and what it has printed so far. */
export class Running {
  readonly child: ChildProcess;
  output = "";
  readonly ended: Promise<readonly [code: number | null, signal: string | null]>;

  constructor(command: string, args: readonly string[], options: RunOptions & Pick<SpawnOptions, "detached"> = {}) {
    const { cwd = root, env, detached = false } = options;
    this.child = spawn(command, args, { cwd, env: environment(env), detached, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.ended = once(this.child, "exit").then(([code, signal]) => [code, signal]);
  }

  /** Resolves with the match once the output has it; rejects when the program ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    let end: readonly [number | null, string | null] | undefined;
    void this.ended.then((how) => {
      end = how;
    });
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (end !== undefined) throw new Error(`ended (${end.join(", ")}) before it printed ${pattern}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Stops it with a signal and waits until it is gone. */
  async stopped(signal: NodeJS.Signals = "SIGTERM"): Promise<readonly [code: number | null, signal: string | null]> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A port that nobody uses right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What a clone has once it is built, beside which a tour makes projects. @param folder Of the test; the copy is within. */
export function copiedClone(folder: string): string {
  const clone = join(folder, "clone");
  for (const part of ["dist", "templates", "schemas", "package.json"])
    cpSync(join(root, part), join(clone, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  return clone;
}

/** Tests run under vitest, which marks its environment; what users start has none of that. */
export function environment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(VITEST|NODE_ENV$|TEST$|FORCE_COLOR$|npm_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...added };
}
