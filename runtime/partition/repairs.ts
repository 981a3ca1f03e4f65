/** Repairs: rows whose newest record every reader ignores are written once more, as they are; when, and which. */
import type { PartitionStore } from "../memstore/memstore.js";
import { Write } from "./batch.js";
import { RepairCall } from "./call.js";
import type { PartitionLimits } from "./limits.js";
import type { Mailbox } from "./mailbox.js";
import type { Overlay } from "./overlay.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import type { Restored } from "./restore.js";

export interface RepairParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly store: PartitionStore;
  readonly overlay: Overlay;
  readonly mailbox: Mailbox;
  readonly restored: Restored;
}

/** See the head of the file. */
export class Repairs {
  readonly #parts: RepairParts;
  /** A call waits for its turn. */
  #isDue = false;

  constructor(parts: RepairParts) {
    this.#parts = parts;
  }

  /** Puts a call before all that wait, when there is something to repair and none waits yet; whether it has. */
  request(): boolean {
    const { mailbox, restored } = this.#parts;
    if (this.#isDue || restored.progress.shadowed.size === 0) return false;
    this.#isDue = true;
    const call = new RepairCall();
    mailbox.admitAlways(call);
    mailbox.pushFirst(call);
    return true;
  }

  /** The turn of that call has come: writes for as many of the shadowed keys as fit one call. */
  take(): { readonly writes: readonly Write[]; readonly bytes: number } {
    this.#isDue = false;
    const { plan, partition, limits, store, overlay, restored } = this.#parts;
    const writes: Write[] = [];
    let bytes = 0;
    for (const name of restored.progress.shadowed) {
      const at = name.indexOf("\0");
      const [storeName, ordered] = [name.slice(0, at), name.slice(at + 1)];
      const target = plan.stores.find((candidate) => candidate.name === storeName);
      // A newer write that is pending will stand behind the ignored record by itself (M6).
      if (target === undefined || overlay.get(target.index, ordered) !== undefined) continue;
      const write = repairOf(target, ordered, store, partition);
      const isFull = writes.length >= limits.maxCallRecords || bytes + write.bytes > limits.maxCallBytes;
      if (isFull && writes.length > 0) break;
      writes.push(write);
      bytes += write.bytes;
    }
    return { writes, bytes };
  }
}

function repairOf(target: StorePlan, ordered: string, store: PartitionStore, partition: number): Write {
  const row = store.get(target.name, ordered);
  const { serialized } = target.keys.addressOf(ordered, partition);
  return new Write(target, { serialized, ordered }, row?.value ?? null, row ?? "absent");
}
