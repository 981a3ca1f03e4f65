/** Mutants of Avro frames. */
import { mutateFrame } from "../../../test/support/mutation/mutate-frame.js";
import { checkUnchanged, type MutantParts } from "./parts.js";
import { ask, refusalOf } from "./problems.js";
import { putSample, standing } from "./rows.js";

/** PUT of a frame with a fault. */
export async function frameMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name, written } = parts;
  const key = `frame-${name}`;
  written.add(key);
  const path = `/samples/${key}`;
  await putSample(pool, path, samples.make());
  const before = await standing(pool, path);
  const body = mutateFrame(before.frame, chance);
  const answer = await ask(pool, { method: "PUT", path, headers: { "content-type": "avro/binary" }, body });
  const after = await standing(pool, path);
  if (answer.status < 300) {
    const meant = samples.normal(body.subarray(5));
    const stored = samples.normal(after.binary);
    const isFramed = body.subarray(0, 5).equals(before.frame.subarray(0, 5));
    const agrees = isFramed && meant !== undefined && stored !== undefined && meant.equals(stored);
    const explain = (): string => `${body.toString("hex")} became ${after.binary.toString("hex")}`;
    if (report.check("Avro frame: what is accepted means what the judge says", agrees, explain))
      tally.accepted("Avro frame");
    return;
  }
  const refusal = refusalOf(report, "Avro frame", answer);
  const isHeadRight = body.length >= 5 && body.subarray(0, 5).equals(before.frame.subarray(0, 5));
  if (refusal !== undefined) tally.refused("Avro frame", refusal.code, isHeadRight);
  checkUnchanged(report, before, after, () => `frame ${body.toString("hex")}: ${after.position}`);
}
