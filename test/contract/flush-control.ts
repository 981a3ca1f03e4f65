/**
 * Stands between the embedded memstore and its writer thread, so that tests choose at which moment of a flush something
 * happens: before the file has it, when the file has it and nobody was told, and when it failed in either of them.
 */
import type { TransferListItem, Worker } from "node:worker_threads";

/** What becomes of the flushes that begin from here on. */
export type FlushFate =
  /** Done, as always. */
  | "done"
  /** On its way: the file does not have it. */
  | "sent"
  /** The file has it, and nobody was told. */
  | "written"
  /** Fails, and the file does not have it. */
  | "lost"
  /** Fails, although the file has it: the thread died before it could say so. */
  | "written and lost";

interface FlushMessage {
  readonly id: number;
}

/** See the head of the file. */
export class FlushControl {
  #fate: FlushFate = "done";
  /** What is held, in its order. */
  #held: (() => void)[] = [];
  /** Flushes whose outcome was not told yet. */
  readonly #fates = new Map<number, FlushFate>();

  /** Flushes that begin from here on have this fate; those that are held go on, whatever they were held by. */
  set fate(fate: FlushFate) {
    this.#fate = fate;
    for (const go of this.#held.splice(0)) go();
  }

  /** Resolves when no flush is under way but those that are held. */
  async settled(): Promise<void> {
    if (this.#fate === "done") return;
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#fates.size > this.#held.length);
  }

  /** Takes its place between a thread and whoever has started it. */
  attach(worker: Worker): void {
    const post = worker.postMessage.bind(worker);
    const emit = worker.emit.bind(worker);
    const fates = this.#fates;
    // Another thread counts its calls anew.
    fates.clear();
    const isFlush = (message: unknown): message is FlushMessage =>
      typeof message === "object" && message !== null && "kind" in message && message.kind === "flush";
    const fail = (id: number): void => {
      fates.delete(id);
      emit("message", { id, error: { code: "INTERNAL", detail: "it was lost" } });
    };
    worker.postMessage = (message: unknown, transfer?: readonly TransferListItem[]) => {
      const go = (): void => post(message, transfer);
      if (!isFlush(message)) return go();
      const fate = this.#fate;
      fates.set(message.id, fate);
      if (fate === "sent") this.#held.push(go);
      else if (fate === "lost") setImmediate(() => fail(message.id));
      else go();
    };
    worker.emit = (event: string | symbol, ...given: unknown[]): boolean => {
      const [message] = given;
      const id =
        event === "message" && typeof message === "object" && message !== null && "id" in message ? message.id : 0;
      const fate = typeof id === "number" ? fates.get(id) : undefined;
      if (typeof id !== "number" || fate === undefined) return emit(event, ...given);
      const tell = (): boolean => {
        fates.delete(id);
        return emit(event, ...given);
      };
      if (fate === "written and lost") fail(id);
      else if (fate === "written" && this.#fate === "written") this.#held.push(() => void tell());
      else return tell();
      return true;
    };
  }
}
