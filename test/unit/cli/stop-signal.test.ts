import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// A process that stops only at its second signal: what it awaits after the first never ends.
const program = `
  import { stopSignal } from "${root}/cli/serve/stop-signal.ts";
  import { Parent } from "${root}/cli/serve/parent.ts";
  import { MovableClock } from "${root}/runtime/testing/movable-clock.ts";
  const clock = new MovableClock();
  const stop = stopSignal(clock, new Parent());
  process.on("message", async (ms) => {
    await clock.advance(ms);
    process.send("advanced");
  });
  setInterval(() => {}, 1000);
  process.send("started");
  await stop;
  if (!process.connected) process.exit(0);
  process.send("stopping");
`;

async function started(): Promise<{ readonly child: ReturnType<typeof spawn>; readonly told: () => Promise<unknown> }> {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const told = async (): Promise<unknown> => (await once(child, "message"))[0];
  expect(await told()).toBe("started");
  return { child, told };
}

describe("a signal to a served project", () => {
  it("stops it cleanly; the same one again within a second changes nothing; a later one ends it at once", async () => {
    const { child, told } = await started();
    const ended = once(child, "exit");
    const advanced = async (ms: number): Promise<void> => {
      const answer = told();
      child.send(ms);
      expect(await answer).toBe("advanced");
    };
    const stopping = told();
    child.kill("SIGINT");
    expect(await stopping).toBe("stopping");
    await advanced(900);
    child.kill("SIGTERM");
    await advanced(200);
    child.kill("SIGINT");
    expect(await ended).toEqual([3, null]);
  });

  it("is also the end of the process that started it", async () => {
    const { child } = await started();
    child.disconnect();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
