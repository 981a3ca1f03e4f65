import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { RunningHandlers } from "../../../../runtime/partition/handler-watch.js";

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(how: string): Promise<Ended> {
  const script = fileURLToPath(new URL("./stalling-node.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, how], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })));
}

describe("watchdog", () => {
  it("P12: a handler that loops for ever is named with its key and place, and ends the process with exit code 3", async () => {
    const ended = await run("loop");
    expect(ended.stdout).toBe("blocks\n");
    expect(ended.stderr).toContain('handler counts.spin for key "a-1" (partition 0) has blocked the event loop');
    expect(ended.stderr).toContain("at burn (");
    expect(ended.code).toBe(3);
  });

  // Once in some hundred runs a process whose threads are torn down under it ends by SIGSEGV instead.
  it("P12: a handler that blocks in native code is named, and ends the process with exit code 3 too", {
    retry: 1,
  }, async () => {
    const ended = await run("native");
    expect(ended.stderr).toContain('handler counts.spin for key "a-1"');
    expect(ended.stderr).toContain("does not even stop for a debugger");
    expect(ended.stderr).not.toContain("SIGKILL");
    expect([ended.code, ended.signal]).toEqual([3, null]);
  });
});

describe("handler watch", () => {
  it("tells the handlers that run, the one that was started last first", () => {
    const here = RunningHandlers.forPartitions(3);
    const there = new RunningHandlers(here.memory);
    const watches = [here.watch(0), here.watch(1), here.watch(2)];
    watches[2]?.started(7, Uint8Array.of(1, 2, 3));
    watches[0]?.started(4, new Uint8Array(500).fill(9));
    watches[1]?.started(5, Uint8Array.of());
    watches[1]?.ended();
    expect(there.running().map(({ slot, message, key, isWhole }) => [slot, message, key.length, isWhole])).toEqual([
      [0, 4, 112, false],
      [2, 7, 3, true],
    ]);
  });
});
