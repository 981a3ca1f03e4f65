/** Line 4 of Avro: a long through every path, exact. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Chance } from "../../test/support/chance.js";
import { generate, tempProject } from "../../test/support/project.js";
import { Server } from "../../test/support/server.js";
import { clients } from "./longs/client.js";
import { codecs } from "./longs/codecs.js";
import { bulk, lists, pages, refusals } from "./longs/lists.js";
import { changelog, consumed } from "./longs/log.js";
import { longs, sharpest } from "./longs/numbers.js";
import { defaultDigits, longFiles } from "./longs/project.js";
import { type HttpParts, rows, rowsStand } from "./longs/rows.js";
import { Service } from "./longs/service.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("avro.4", "a long through every path, exact", options);
const numbers = longs(new Chance(options.seed), options.isCi ? 56 : 1000);
const project = tempProject(longFiles);
const { folder } = project;
try {
  generate(project);
  report.say(`${numbers.length} longs from ${numbers[0]} to ${numbers.at(-1)}`);
  described();
  await Promise.all([
    codecs({ report, folder, longs: numbers }),
    overHttp("memory.json", "all in memory", inMemory, options.isCi ? sharpest : numbers),
  ]);
  await overHttp("affinity.json", "memstore sqlite", async (parts) => {
    await rows(parts);
    await bulk(parts);
    await lists(parts);
    await refusals(parts);
    await clients({ report, folder, url: parts.url });
    await schemas(parts.service);
  });
  await changelog(report, folder, numbers);
  consumed(report, project, numbers);
  const stands = async (parts: HttpParts): Promise<void> => {
    await rowsStand(parts);
    await pages(parts);
  };
  await overHttp("affinity.json", "memstore sqlite, after kill -9", stands);
  removeMemstore();
  await overHttp("affinity.json", "memstore sqlite, rebuilt from the changelog", stands);
  await overHttp("rebuilt.json", "memstore memory, rebuilt from the changelog", stands);
} finally {
  project.remove();
}
report.finish();

async function inMemory(parts: HttpParts): Promise<void> {
  await rows(parts);
  await lists(parts);
  await bulk(parts);
  await refusals(parts);
}

type Served = HttpParts & { readonly url: string };

/** Serves the project under a configuration until the run is over, and kills it. */
async function overHttp(
  config: string,
  where: string,
  run: (parts: Served) => Promise<void>,
  asked: readonly bigint[] = numbers,
): Promise<void> {
  const server = await Server.start({ folder, parameters: ["--config", config] });
  const service = new Service(server.url);
  try {
    await run({ report, where, service, longs: asked, url: server.url });
  } finally {
    await service.close();
    await server.kill();
  }
  report.say(`through HTTP: ${where}`);
}

/** Leaves the memstore's files away, so that the next start has the changelog alone. */
function removeMemstore(): void {
  const data = join(folder, "data");
  const files = readdirSync(data).filter((name) => name.startsWith("memstore"));
  report.check("the memstore has files", files.length > 0, () => readdirSync(data).join(", "));
  for (const name of files) rmSync(join(data, name), { recursive: true });
}

/** The registry has the defaults with every digit. */
async function schemas(service: Service): Promise<void> {
  const { text } = await service.get("/_affinity/registry/subjects/longs-defaults-value/versions/latest/schema");
  for (const digits of defaultDigits) {
    report.count("defaults in the registry's schema");
    report.check("defaults in the registry's schema", hasNumber(text, digits), () => `${digits}: ${text}`);
  }
}

/** `inspect` and the API's description. */
function described(): void {
  const { stdout } = project.affinity(["inspect", "--json"]);
  for (const digits of defaultDigits) {
    report.count("defaults that affinity inspect prints");
    report.check("defaults that affinity inspect prints", stdout.includes(`"${digits}"`), () => digits);
  }
}

function hasNumber(text: string, digits: string): boolean {
  return new RegExp(`[^\\d-]${digits}(?!\\d)`).test(text);
}
