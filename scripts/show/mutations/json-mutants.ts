/** Mutants of JSON bodies: plain JSON, and the specification's. */
import { checkPlace, checkUnchanged, isJson, type MutantParts, mutatedJson, shown } from "./parts.js";
import { ask, refusalOf } from "./problems.js";
import { putSample, standing } from "./rows.js";

/** PUT of a JSON body with a fault. */
export async function jsonMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name, written } = parts;
  const key = `json-${name}`;
  written.add(key);
  const path = `/samples/${key}`;
  const sample = samples.make();
  await putSample(pool, path, sample);
  const before = await standing(pool, path);
  const isAvro = chance.happens(0.35);
  const mutant = mutatedJson(isAvro ? sample.avroJson : sample.json, chance);
  const { bytes } = mutant;
  const type = isAvro ? "avro/json" : "application/json";
  const answer = await ask(pool, { method: "PUT", path, headers: { "content-type": type }, body: bytes });
  const after = await standing(pool, path);
  if (answer.status < 300) {
    const meaning = isAvro ? samples.avroMeaning(bytes) : samples.meaning(bytes);
    const agrees = typeof meaning !== "string" && meaning.equals(after.binary);
    const isAgreed = report.check("JSON: what is accepted means what the judge says", agrees, () => {
      const judged = typeof meaning === "string" ? `refuses it: ${meaning}` : `says ${meaning.toString("hex")}`;
      return `${type}: the judge ${judged}; ${shown(bytes)}; stored ${after.binary.toString("hex")}`;
    });
    if (isAgreed) tally.accepted("JSON");
    return;
  }
  const refusal = refusalOf(report, "JSON", answer);
  const explain = (): string => `${type} at ${mutant.place}: ${shown(bytes)}: ${answer.status} ${answer.text}`;
  if (refusal !== undefined) {
    tally.refused("JSON", refusal.code, isJson(bytes));
    if (refusal.code === "VALUE_INVALID") checkPlace(report, mutant, refusal.pointer, explain);
  }
  checkUnchanged(report, before, after, explain);
}
