/** Line 6 of Avro: reading with the writer's schema against avsc, and a sender that names 100,000 schema ids. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { resolveRows } from "../../bench/codec/resolve-rows.js";
import { systemClock } from "../../runtime/core/clock.js";
import { isAffinityError } from "../../runtime/core/errors.js";
import { longType } from "../../runtime/schema/primitive-types.js";
import { FrameResolver } from "../../runtime/state/frame-resolver.js";
import { WriterSchemas } from "../../runtime/state/writer-schemas.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("avro.6", "decoding with a plan against avsc; hostile schema ids", options);
const ids = 100_000;
const growthLimitMb = 30;

await hostileIds();
const rows = await resolveRows(options.isCi ? { rounds: 3, roundMs: 30, only: "Account" } : {});
for (const { measure, goal, shown, isMet, details } of rows) {
  report.say(`${measure}: ${shown} (goal ${goal})`);
  for (const [name, ratio] of Object.entries(details)) report.say(`    ${name}: ${ratio}`);
  // A small run on a busy machine says too little.
  if (!options.isCi) report.check(measure, isMet === true, () => `${shown}, goal ${goal}`);
}
report.finish();

/** Half of the ids are in the registry, each with a schema of its own. */
async function hostileIds(): Promise<void> {
  let asked = 0;
  const schemaById = async (id: number): Promise<string | undefined> => {
    asked += 1;
    return id % 2 === 0 ? `{"type":"long","doc":"${"x".repeat(1_000)}","id":${id}}` : undefined;
  };
  const frames = new FrameResolver(longType, new WriterSchemas({ schemaById }, systemClock, new Map()));
  const before = usedMb();
  let read = 0;
  for (let id = 1; id <= ids; id += 1) {
    await frames.lookUp(id);
    try {
      if (frames.of(id)?.decode(Uint8Array.of(4)) === 2n) read += 1;
    } catch (error) {
      report.check("a refusal has a code", isAffinityError(error), () => String(error));
    }
    report.count("schema ids");
  }
  const grown = usedMb() - before;
  report.say(`${ids} distinct ids, ${asked} look-ups, ${read} read; ${grown.toFixed(1)} MB more in use`);
  report.check("the last one is known", frames.of(ids)?.isSame === true, () => `schema id ${ids}`);
  report.check("every id that the registry has is read", read === ids / 2, () => `${read}`);
  report.check(
    "memory is bounded",
    grown < growthLimitMb,
    () => `${grown.toFixed(1)} MB more, at most ${growthLimitMb}`,
  );
}

/** After a collection: what is only not collected yet is no growth. */
function usedMb(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
