/**
 * Tells streams that their connection is gone. A response that waits behind others of its connection is told nothing by
 * Node.js, and a listener for each of them on the socket would be one too many.
 */
import type { Socket } from "node:net";

/** See the head of the file. */
export class ConnectionEnds {
  readonly #runs = new WeakMap<Socket, Set<() => void>>();

  /** Calls `run` once when the socket closes, at once when it has. @returns Takes it back. */
  on(socket: Socket, run: () => void): () => void {
    if (socket.destroyed) {
      run();
      return () => {};
    }
    const runs = this.#runsOf(socket);
    runs.add(run);
    return () => runs.delete(run);
  }

  #runsOf(socket: Socket): Set<() => void> {
    const known = this.#runs.get(socket);
    if (known !== undefined) return known;
    const runs = new Set<() => void>();
    this.#runs.set(socket, runs);
    socket.once("close", () => {
      for (const run of runs) run();
    });
    return runs;
  }
}
