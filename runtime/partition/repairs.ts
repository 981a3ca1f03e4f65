/** What a repair writes: rows whose newest record every reader ignores, once more, as they are. */
import type { PartitionStore } from "../memstore/memstore.js";
import { Write } from "./batch.js";
import type { PartitionLimits } from "./limits.js";
import type { Overlay } from "./overlay.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";

export interface RepairParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly store: PartitionStore;
  readonly overlay: Overlay;
}

/** Writes for as many of the shadowed keys as fit one call. */
export function repairWrites(
  { plan, partition, limits, store, overlay }: RepairParts,
  shadowed: Iterable<string>,
): { readonly writes: readonly Write[]; readonly bytes: number } {
  const writes: Write[] = [];
  let bytes = 0;
  for (const name of shadowed) {
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

function repairOf(target: StorePlan, ordered: string, store: PartitionStore, partition: number): Write {
  const row = store.get(target.name, ordered);
  const { serialized } = target.keys.addressOf(ordered, partition);
  return new Write(target, { serialized, ordered }, row?.value ?? null, row ?? "absent");
}
