/** Load from a process of its own: wrk where it is installed, else autocannon. */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** One measurement. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx, and connections that broke. */
  readonly failed: number;
}

export interface LoadRequest {
  readonly url: string;
  readonly mode: "get" | "put";
  readonly connections: number;
  readonly seconds: number;
  /** Keys 1 to this, each behind the prefix. */
  readonly keys: number;
  readonly seed: number;
  /** Path before a key's number; default `/accounts/a-`. */
  readonly prefix?: string;
}

export const loadProgram = spawnSync("wrk", ["-v"]).error === undefined ? "wrk" : "autocannon";

/** @throws when the load program fails or no request was answered. */
export async function load(request: LoadRequest): Promise<LoadResult> {
  const { url, mode, connections, seconds, keys, seed, prefix = "/accounts/a-" } = request;
  const script = [mode, `${keys}`, `${seed}`, prefix];
  if (loadProgram === "wrk") {
    const lua = fileURLToPath(new URL("./wrk.lua", import.meta.url));
    const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", lua, url, "--", ...script];
    return parse(await output("wrk", options));
  }
  const program = fileURLToPath(new URL("./autocannon.mjs", import.meta.url));
  return parse(await output(process.execPath, [program, url, `${connections}`, `${seconds}`, ...script]));
}

function parse(text: string): LoadResult {
  const json = /^RESULT (.*)$/m.exec(text)?.[1];
  if (json === undefined) throw new Error(`the load program said: ${text}`);
  const raw: Record<"requests" | "micros" | "failed" | "p50Us" | "p99Us", number> = JSON.parse(json);
  if (raw.requests === 0) throw new Error("no request was answered");
  return {
    perSecond: (raw.requests / raw.micros) * 1e6,
    p50Ms: raw.p50Us / 1000,
    p99Ms: raw.p99Us / 1000,
    failed: raw.failed,
  };
}

function output(program: string, parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}: ${text}`)),
    );
  });
}
