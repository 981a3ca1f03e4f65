/** The numbered changes that a killed process makes: the same for the same seed. */
import { SeededRandom } from "../../runtime/core/random.js";
import { type Change, checkpointAt, rowOf } from "./memstore-model.js";

export const killedStores = ["s", "other"];

/** Change number `batch`, what is forgotten before it is applied, and whether all is cleared before it. */
export function killedChange(
  seed: number,
  batch: number,
): { readonly change: Change; readonly forgetBefore: number | undefined; readonly isClearedBefore: boolean } {
  const random = new SeededRandom(seed * 1_000_003 + batch);
  const pick = (count: number): number => Math.floor(random.next() * count);
  const rows = Array.from({ length: pick(4) }, () => ({
    store: killedStores[pick(2)] ?? "s",
    key: `key-${pick(500)}`,
    row: random.next() < 0.2 ? undefined : rowOf(batch, "x".repeat(pick(300))),
  }));
  const answers = random.next() < 0.5 ? [{ key: `i-${batch}`, time: batch, answer: Buffer.from(`${batch}`) }] : [];
  return {
    change: { rows, answers, checkpoint: checkpointAt(batch) },
    forgetBefore: batch % 100 === 0 ? batch - 300 : undefined,
    isClearedBefore: batch % 1_500 === 0,
  };
}
