/** A look into another process of Node, started with `--inspect`: what it holds when its garbage is collected. */
import { WebSocket } from "undici";

/** Megabytes (2^20 bytes). */
export interface Memory {
  /** Objects and buffers that are alive. */
  readonly liveMb: number;
  /** All that the system has given to the process. */
  readonly residentMb: number;
}

/** Collects the garbage of a process and measures it. @param output what the process has printed, with its inspector's address */
export async function collectedMemory(output: string): Promise<Memory> {
  const address = /Debugger listening on (ws:\S+)/.exec(output)?.[1];
  if (address === undefined) throw new Error("the process was not started with --inspect");
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`${address} does not answer`)), { once: true });
  });
  try {
    for (let times = 0; times < 3; times += 1) await ask(socket, times, "HeapProfiler.collectGarbage", {});
    const expression = "JSON.stringify(process.memoryUsage())";
    const answer = await ask(socket, 9, "Runtime.evaluate", { expression });
    const usage: { readonly rss: number; readonly heapUsed: number; readonly external: number } = JSON.parse(answer);
    return { liveMb: (usage.heapUsed + usage.external) / 2 ** 20, residentMb: usage.rss / 2 ** 20 };
  } finally {
    socket.close();
  }
}

/** Sends one command and gives its value as text. */
function ask(socket: WebSocket, id: number, method: string, params: object): Promise<string> {
  return new Promise((resolve) => {
    const hear = (event: { readonly data: unknown }): void => {
      const message: { readonly id?: number; readonly result?: { readonly result?: { readonly value?: unknown } } } =
        JSON.parse(String(event.data));
      if (message.id !== id) return;
      socket.removeEventListener("message", hear);
      resolve(String(message.result?.result?.value));
    };
    socket.addEventListener("message", hear);
    socket.send(JSON.stringify({ id, method, params }));
  });
}
