/** A program in a pseudo-terminal, with somebody who types. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./pty_run.py", import.meta.url));

export interface Terminal {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Waits for a text to be printed. @returns seconds since the start; undefined when it ends or the time is over. */
  shows(text: RegExp, timeoutMs: number): Promise<number | undefined>;
  /** One Ctrl-C. @returns seconds until it ended; undefined when it did not within the time. */
  interrupt(timeoutMs: number): Promise<number | undefined>;
  kill(): void;
}

export function openTerminal(command: readonly string[], folder: string, env: NodeJS.ProcessEnv): Terminal {
  const start = performance.now();
  const child = spawn("python3", [program, ...command], { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  let hasEnded = false;
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<void>((resolve) =>
    child.on("close", () => {
      hasEnded = true;
      resolve();
    }),
  );
  const seconds = (from: number): number => (performance.now() - from) / 1000;
  return {
    pid: child.pid ?? 0,
    output: () => text,
    shows: async (wanted, timeoutMs) => {
      const from = performance.now();
      while (!hasEnded && performance.now() - from < timeoutMs) {
        if (wanted.test(text)) return seconds(start);
        await wait(10);
      }
      return wanted.test(text) ? seconds(start) : undefined;
    },
    interrupt: async (timeoutMs) => {
      const from = performance.now();
      child.stdin.write("\u0003");
      await Promise.race([ended, wait(timeoutMs, undefined, { ref: false })]);
      return hasEnded ? seconds(from) : undefined;
    },
    kill: () => child.kill("SIGKILL"),
  };
}

/** A process and all that it has started, as far as they still live. */
export function family(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const parent = /^\d+$/.test(entry) ? parentOf(Number(entry)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const members = [pid];
  for (const member of members) members.push(...(children.get(member) ?? []));
  return members;
}

function parentOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A process that has ended and is not waited for yet is gone.
    return fields[0] === "Z" ? undefined : Number(fields[1]);
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}
