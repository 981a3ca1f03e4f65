/** Line 4: mutated input of every kind is refused with its place and changes nothing, or a judge agrees with what it means. */
import { Pool } from "undici";
import { Chance } from "../../test/support/chance.js";
import { collectedMemory, type Memory } from "../../test/support/inspector.js";
import { generate, tempProject } from "../../test/support/project.js";
import { Server } from "../../test/support/server.js";
import { judgeAccepted } from "./mutations/accepted.js";
import { CompileMutants } from "./mutations/compile-mutants.js";
import { frameMutant } from "./mutations/frame-mutants.js";
import { httpMutant } from "./mutations/http-mutants.js";
import { jsonMutant } from "./mutations/json-mutants.js";
import { linesMutant } from "./mutations/lines-mutants.js";
import { checkNothingElse } from "./mutations/nothing-else.js";
import type { MutantParts } from "./mutations/parts.js";
import { mutantFiles } from "./mutations/project.js";
import { Samples } from "./mutations/rows.js";
import { Tally } from "./mutations/tally.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("main.4", "seeded mutations of valid input", options);
const mutants = options.isCi ? 3000 : 10_000;
/** Mutants after which memory is measured first: everything has been used by then. */
const measuredAt = 2000;
const growthLimitMb = 20;
const workers = 8;

const chance = new Chance(options.seed);
const tally = new Tally(report);
const written = new Set<string>();
let tried = 0;
const project = tempProject(mutantFiles);
generate(project);
const compiler = new CompileMutants(report, tally, project.folder);
try {
  const server = await Server.start({ folder: project.folder, nodeOptions: ["--inspect=127.0.0.1:0"] });
  await mutate(server, measuredAt);
  const first = await measure(server);
  await mutate(server, mutants - measuredAt);
  const last = await measure(server);
  for (const [name, memory] of Object.entries(last)) growth(name, first[name], memory);
  await checkNothingElse(report, server.url, written);
  for (const [name, output] of Object.entries({ server: server.output, generator: compiler.output })) {
    const isQuiet = !/unhandled|uncaught/i.test(output);
    report.check("no unhandled rejection", isQuiet, () => `${name}: ${output.slice(-2000)}`);
  }
  const { code } = await server.stop();
  report.check("the server ends in order", code === 0, () => `exit code ${code}: ${server.output.slice(-2000)}`);
  await judgeAccepted(report, tally, compiler.accepted, options.seed);
} finally {
  compiler.close();
  project.remove();
}
tally.finish(mutants);
report.finish();

/** Tries so many mutants; each worker its share, from a sequence of its own, so that the seed repeats them. */
async function mutate(server: Server, count: number): Promise<void> {
  const { hostname, port } = new URL(server.url);
  const work = async (number: number): Promise<void> => {
    const own = chance.fork();
    const pool = new Pool(server.url, { connections: 1 });
    const parts: MutantParts = {
      pool,
      origin: { host: hostname, port: Number(port) },
      chance: own,
      samples: new Samples(own),
      report,
      tally,
      name: `w${number}`,
      written,
    };
    for (let done = 0; done < count / workers; ) {
      const times = await one(parts);
      done += times;
      tried += times;
    }
    await pool.close();
  };
  await Promise.all(Array.from({ length: workers }, (_, number) => work(number)));
  report.say(`${tried} mutants`);
}

/** The kinds are weighed so that no code has more than its share. Returns how many mutants were tried. */
async function one(parts: MutantParts): Promise<number> {
  const dice = parts.chance.int(0, 100);
  if (dice < 4) return linesMutant(parts);
  if (dice < 34) await httpMutant(parts);
  else if (dice < 48) await jsonMutant(parts);
  else if (dice < 58) await frameMutant(parts);
  else if (dice < 79) await compiler.definition(parts.chance);
  else await compiler.schema(parts.chance);
  return 1;
}

type Measured = { readonly [process: string]: Memory };

async function measure(server: Server): Promise<Measured> {
  const measured = { server: await collectedMemory(server.output), generator: await collectedMemory(compiler.output) };
  for (const [name, { liveMb, residentMb }] of Object.entries(measured)) {
    report.say(`${name} after ${tried} mutants: ${liveMb.toFixed(1)} MB alive, ${residentMb.toFixed(1)} MB resident`);
  }
  return measured;
}

function growth(name: string, first: Memory | undefined, last: Memory): void {
  if (first === undefined) throw new Error(`${name} was not measured before`);
  const alive = last.liveMb - first.liveMb;
  const resident = last.residentMb - first.residentMb;
  const kind = `memory of the ${name} grows by at most ${growthLimitMb} MB after ${measuredAt} mutants`;
  report.check(kind, alive <= growthLimitMb, () => `${alive.toFixed(1)} MB alive`);
  report.check(`resident ${kind}`, resident <= growthLimitMb, () => `${resident.toFixed(1)} MB resident`);
}
