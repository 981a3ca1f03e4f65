/**
 * Line 3 of Kafka: deposits on three brokers, while brokers are killed and frozen, lose their leads and their network, and the
 * node is frozen and killed. What was acknowledged is there once, what was answered `applied: "no"` is not, and the state is a
 * fold of the topic by another program, also after compaction, also of a restore from nothing.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Chance } from "../../test/support/chance.js";
import { DepositLoad } from "../../test/support/chaos/deposits.js";
import { type ClusterFault, clusterFaults } from "../../test/support/kafka/cluster-faults.js";
import { foldedBalances } from "../../test/support/kafka/folded-balances.js";
import { bankFiles, generate, tempProject } from "../../test/support/project.js";
import { freePort, Server } from "../../test/support/server.js";
import { missingPython } from "../../test/support/servers/foreign-clients.js";
import { missingJava } from "../../test/support/servers/java.js";
import { Kafka } from "../../test/support/servers/kafka.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("kafka.3", "faults on three brokers under a load of deposits", options);
const schedules = options.isCi ? 2 : 20;
const faultsEach = options.isCi ? 3 : 5;
/** Between faults, so that what follows one is seen, ms. */
const betweenMs = 1_500;

const missing = missingJava() ?? missingPython();
if (missing !== undefined) report.fail("real brokers", missing);
else await onThreeBrokers();
report.finish();

async function onThreeBrokers(): Promise<void> {
  // Segments end soon, so that compaction, once it may, has something to take.
  const settings = { "log.roll.ms": 2_000, "log.cleaner.min.cleanable.ratio": 0.01 };
  const kafka = await Kafka.start({ brokers: 3, isProxied: true, settings });
  try {
    for (let number = 1; number <= schedules; number += 1) {
      const seed = (options.seed + number - 1) >>> 0;
      await schedule(kafka, `run${number}`, seed, new Chance(seed));
    }
  } finally {
    await kafka.stop();
  }
}

/** The frozen broker is in the first schedule, whatever chance says. */
function chosen(chance: Chance, isFirst: boolean): readonly ClusterFault[] {
  const left = [...clusterFaults];
  const taken: ClusterFault[] = [];
  if (isFirst)
    taken.push(
      ...left.splice(
        left.findIndex(({ name }) => name === "broker frozen"),
        1,
      ),
    );
  while (taken.length < faultsEach && left.length > 0) taken.push(...left.splice(chance.int(0, left.length), 1));
  return taken;
}

async function schedule(kafka: Kafka, name: string, seed: number, chance: Chance): Promise<void> {
  const faults = chosen(chance, name === "run1");
  report.say(`schedule of seed ${seed}: ${faults.map((fault) => fault.name).join(", ")}`);
  const port = await freePort();
  const configuration = (historyMs: number): object => ({
    name,
    http: { port, askTimeoutMs: 6_000 },
    changelog: {
      type: "kafka",
      brokers: kafka.proxied,
      replication: 3,
      minInsyncReplicas: 2,
      requestTimeoutMs: 2_000,
      historyMs,
    },
  });
  const project = tempProject({ ...bankFiles, "affinity.json": configuration(3_600_000) });
  const { folder } = project;
  const forget = (): void => rmSync(join(folder, "data"), { recursive: true, force: true });
  const start = (): Promise<Server> => Server.start({ folder, readyMs: 180_000 });
  const load = new DepositLoad(chance.fork(), (kind, text) => report.fail(kind, `seed ${seed}: ${text}`));
  generate(project);
  let server = await start();
  const printed: string[] = [];
  try {
    const stop = new AbortController();
    const running = load.run(server.url, stop.signal, true);
    await wait(betweenMs);
    for (const fault of faults) {
      const before = load.counts.acknowledged;
      await fault.happen({
        kafka,
        chance,
        topic: `${name}-accounts`,
        signal: (signal) => server.signal(signal),
        kill: async () => {
          await server.kill();
          printed.push(server.output);
        },
        forget,
        start: async () => {
          server = await start();
        },
      });
      report.count(`faults: ${fault.name}`);
      const tookMs = await recovered(load);
      report.check("the system recovers by itself", tookMs !== undefined, () => `seed ${seed}: after ${fault.name}`);
      report.say(
        `  ${fault.name}: ${load.counts.acknowledged - before} acknowledged, again after ${tookMs ?? "never"} ms`,
      );
      await wait(betweenMs);
    }
    stop.abort();
    await running;
    await load.settle(server.url);
    report.check("every deposit is answered in the end", load.openCount === 0, () => `seed ${seed}: ${load.openCount}`);
    const topic = `${name}-accounts`;
    const before = compared(kafka, topic, load, `seed ${seed}`);
    const ending = await server.stop();
    printed.push(server.output);
    report.check("SIGTERM ends the node with exit code 0", ending.code === 0, () => `${ending.code}: ${server.output}`);
    // From here on compaction may take whatever is not the newest of its key.
    project.write({ "affinity.json": configuration(0) });
    server = await start();
    let after = before;
    for (let round = 0; round < 60 && after >= before; round += 1) {
      await load.touch(server.url);
      await wait(1_000);
      after = foldedBalances(kafka.brokers, topic).records;
    }
    report.check("the topic was compacted", after < before, () => `seed ${seed}: ${before} records, then ${after}`);
    await server.kill();
    forget();
    server = await start();
    await load.settle(server.url);
    compared(kafka, topic, load, `seed ${seed}, compacted`);
    report.count("restores from nothing of a compacted topic");
    report.say(
      `  ${before} records, ${after} after compaction; balances agree with the deposits and with the topic's fold`,
    );
    await server.stop();
  } catch (error) {
    report.fail("a schedule goes to its end", `seed ${seed}: ${String(error)}\n${server.output.slice(-2_000)}`);
  } finally {
    await server.kill();
    project.remove();
  }
  count(load);
  tellOutcomes(printed.join(""));
}

/** What the node found out about appends whose outcome it did not know. */
function tellOutcomes(output: string): void {
  const times = (text: string): number => output.split(text).length - 1;
  report.count("appends of unknown outcome that were found in the log", times("unknown outcome is in the log"));
  report.count(
    "appends of unknown outcome that were not, and never will be",
    times("unknown outcome is not in the log"),
  );
  report.count("times that a partition stepped down", times("the partition steps down"));
}

/** How long it takes until a deposit is acknowledged again, ms. */
async function recovered(load: DepositLoad): Promise<number | undefined> {
  const started = performance.now();
  const before = load.counts.acknowledged;
  while (performance.now() - started < 120_000) {
    await wait(20);
    if (load.counts.acknowledged > before) return Math.round(performance.now() - started);
  }
  return undefined;
}

/** Compares balances with what another program makes of the topic. Returns the number of its records. */
function compared(kafka: Kafka, topic: string, load: DepositLoad, about: string): number {
  const { balances, records } = foldedBalances(kafka.brokers, topic);
  for (const [account, balance] of load.balances()) {
    const found = balances.get(account) ?? 0n;
    report.count("balances compared with a fold of the topic by another program");
    report.check(
      "the topic's fold is the sum of the deposits",
      found === balance,
      () => `${about}: ${account}: the topic says ${found}, its deposits are ${balance}`,
    );
  }
  return records;
}

function count({ counts }: DepositLoad): void {
  report.count("deposits acknowledged", counts.acknowledged);
  report.count("attempts without an answer, or of unknown outcome, sent again with their key", counts.unanswered);
  report.count('answered applied "no" and given up', counts.givenUp);
  report.count('answered applied "no" and sent again', counts.sentAgain);
  report.count("answered deposits sent once more, for the same answer", counts.replayed);
  report.count("reads that show what was acknowledged before", counts.reads);
}
