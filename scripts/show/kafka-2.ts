/** Line kafka.2: topics that are shared with Confluent's Python client and Java's KafkaProducer, both ways. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka as Client, logLevel } from "kafkajs";
import { Chance } from "../../test/support/chance.js";
import { generate, tempProject } from "../../test/support/project.js";
import { Server } from "../../test/support/server.js";
import { Apicurio } from "../../test/support/servers/apicurio.js";
import { missingPython } from "../../test/support/servers/foreign-clients.js";
import { missingJava } from "../../test/support/servers/java.js";
import { Kafka } from "../../test/support/servers/kafka.js";
import {
  runJava,
  runPython,
  type SharingAction,
  type SharingJob,
  type SharingProgram,
} from "../../test/support/servers/kafka-sharing.js";
import { Report, showOptions } from "./report.js";
import { assertExternal, externalFiles, externalJobs, makeExternalTopic } from "./sharing/external.js";
import { assertPlaces, assertRead } from "./sharing/in-kafka.js";
import { assertServed, putOurs } from "./sharing/over-http.js";
import { ofStranger, readingJobs, type Stranger, sharedOf, sharedProject, writingJobs } from "./sharing/shared.js";

const options = showOptions();
const report = new Report(
  "kafka.2",
  "topics shared with Python and Java: partitions, keys, values, both ways",
  options,
);
const keyCount = options.isCi ? 1_000 : 10_000;
const programs: { readonly [who in Stranger]: SharingProgram } = { Python: runPython, Java: runJava };

const missing = missingJava() ?? missingPython();
if (missing === undefined) await share();
else {
  report.skip(missing);
  if (process.env.AFFINITY_REQUIRE_ALL === "1") report.fail("everything is required", missing);
}
report.finish();

async function share(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "affinity-share-"));
  const [kafka, apicurio] = await Promise.all([Kafka.start(), Apicurio.start()]);
  const project = tempProject({ ...sharedProject(kafka.brokers, apicurio.url), ...externalFiles });
  const kafkajs = new Client({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
  const admin = kafkajs.admin();
  try {
    await admin.connect();
    const shared = sharedOf(keyCount, new Chance(options.seed));
    const strangers: readonly Stranger[] = ["Python", "Java"];
    for (const who of strangers)
      for (const { kind } of shared)
        if (kind.differs[who] !== undefined) report.say(`no ${kind.name} of ${who}: ${kind.differs[who]}`);

    const runJobs = async (who: Stranger, action: SharingAction, jobs: readonly SharingJob[]): Promise<void> => {
      const started = performance.now();
      await programs[who](action, jobs, { brokers: kafka.brokers, registry: apicurio });
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      report.say(`${who} ${action === "write" ? "wrote" : "read"} ${jobs.length} topics in ${seconds} s`);
    };

    generate(project);
    await makeExternalTopic(admin);
    await runJobs("Python", "write", externalJobs(folder, options.seed));
    // The first start makes topics and registers schemas.
    await (await Server.start({ folder: project.folder })).stop();
    await runJobs("Python", "write", writingJobs(shared, folder, "Python"));
    let server = await Server.start({ folder: project.folder });
    const first = "what Python wrote while we were away";
    await assertServed(report, server.url, shared, { what: first, writers: ({ by }) => [by.Python] });

    await runJobs("Java", "write", writingJobs(shared, folder, "Java"));
    for (const one of shared) await putOurs(report, server.url, one);
    const all = {
      what: "what all three wrote, Java while we served",
      writers: ({ by, ours }) => [by.Python, by.Java, ours],
    } satisfies Parameters<typeof assertServed>[3];
    await assertServed(report, server.url, shared, all);
    await assertExternal(report, server.url, options.seed);
    await server.stop();
    project.clear("data/memstore.sqlite");
    server = await Server.start({ folder: project.folder });
    await assertServed(report, server.url, shared, { ...all, what: "the same, restored" });
    await server.stop();

    await assertPlaces(report, kafkajs, apicurio.url, shared);
    for (const who of strangers) {
      const jobs = readingJobs(shared, folder, who);
      await runJobs(who, "read", jobs);
      for (const [index, one] of ofStranger(shared, who).entries())
        assertRead(report, who, one, jobs[index]?.file ?? "");
    }
  } finally {
    await admin.disconnect();
    project.remove();
    rmSync(folder, { recursive: true, force: true });
    await Promise.all([kafka.stop(), apicurio.stop()]);
  }
}
