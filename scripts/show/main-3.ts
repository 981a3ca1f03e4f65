/** Line 3: what was acknowledged survives kill -9, on a disk that is slow and on one that forgets. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { Chance } from "../../test/support/chance.js";
import { DepositLoad } from "../../test/support/chaos/deposits.js";
import { canPreload, preloaded, restoreDurable } from "../../test/support/preload.js";
import { bankFiles, generate, type TempProject, tempProject } from "../../test/support/project.js";
import { Server } from "../../test/support/server.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("main.3", "kill -9 at random moments, slow syncs, forgotten syncs", options);
const chance = new Chance(options.seed);
const kills = options.isCi ? 40 : 200;
const forgettingKills = 20;
const syncMs = 300;
const configuration = { name: "bank", http: { port: 0 } };

const project = tempProject({ ...bankFiles, "affinity.json": configuration });
try {
  generate(project);
  await killed(project);
  if (canPreload()) {
    await slow(project);
    await forgetting(project);
  } else report.skip("slow and forgetting disks: they need Linux and gcc");
} finally {
  project.remove();
}
report.finish();

function freshData(): void {
  rmSync(join(project.folder, "data"), { recursive: true, force: true });
}

function count(load: DepositLoad, where: string): void {
  const { counts } = load;
  report.count(`deposits acknowledged ${where}`, counts.acknowledged);
  report.count(`attempts unanswered and sent again with their key ${where}`, counts.unanswered);
  report.count(`answered applied "no" and sent again ${where}`, counts.sentAgain);
  report.count(`answered applied "no" and given up ${where}`, counts.givenUp);
  report.count(`answered deposits sent once more, for the same answer ${where}`, counts.replayed);
  report.count(`reads that show what was acknowledged before ${where}`, counts.reads);
}

/** Runs the load until the server is killed at a random moment. */
async function untilKilled(load: DepositLoad, server: Server): Promise<void> {
  const stop = new AbortController();
  const running = load.run(server.url, stop.signal);
  await wait(chance.int(5, 700));
  await server.kill();
  stop.abort();
  await running;
}

async function killed({ folder }: TempProject): Promise<void> {
  freshData();
  const load = new DepositLoad(chance.fork(), (kind, text) => report.fail(kind, text));
  for (let kill = 1; kill <= kills; kill += 1) {
    if (chance.happens(0.1)) {
      // One of ten dies while it starts.
      const starting = Server.start({ folder }).catch(() => undefined);
      const early = await Promise.race([starting, wait(chance.int(50, 900))]);
      if (early === undefined) Server.killAll();
      const started = await starting;
      await started?.kill();
      report.count("kills while starting");
      continue;
    }
    const server = await Server.start({ folder });
    await untilKilled(load, server);
    report.count("kills under load");
    if (kill % 20 === 0)
      report.say(`${kill} kills, ${load.counts.acknowledged} deposits acknowledged, ${load.openCount} open`);
  }
  await settleTwice(load, folder);
  count(load, "(kill -9)");
}

/** Compares after a kill, and again after an orderly stop. */
async function settleTwice(
  load: DepositLoad,
  folder: string,
  env: { readonly [name: string]: string } = {},
): Promise<void> {
  for (const ending of ["kill -9", "an orderly stop"]) {
    const server = await Server.start({ folder, env });
    await load.settle(server.url);
    report.check(
      "every deposit was answered in the end",
      load.openCount === 0,
      () => `${load.openCount} are open after ${ending}`,
    );
    const { code } = await server.stop();
    report.check("SIGTERM ends the server with exit code 0", code === 0, () => `exit code ${code}: ${server.output}`);
  }
  report.check("deposits were acknowledged", load.counts.acknowledged > 0, () => "none");
  report.count("balances compared with the sums of their deposits", 100);
}

/** With every sync 300 ms slower no write may be acknowledged sooner, and many share one sync. */
async function slow({ folder }: TempProject): Promise<void> {
  freshData();
  const server = await Server.start({ folder, env: preloaded(["slowsync"], { FSYNC_US: `${syncMs * 1000}` }) });
  const pool = new Pool(server.url, { connections: 64 });
  const timed = async (method: "PUT" | "POST" | "DELETE", path: string, body?: string): Promise<number> => {
    const start = performance.now();
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await pool.request({ method, path, headers, body: body ?? null });
    await answer.body.text();
    const took = performance.now() - start;
    report.check("slow sync: writes succeed", answer.statusCode < 300, () => `${method} ${path}: ${answer.statusCode}`);
    const isLate = took >= syncMs;
    report.check(
      `slow sync: no acknowledgement before ${syncMs} ms`,
      isLate,
      () => `${method} ${path} after ${took} ms`,
    );
    report.count(`writes under slow sync, ${method}`);
    return took;
  };
  for (let index = 0; index < 8; index += 1) {
    const path = `/accounts/slow-${index}`;
    await timed("PUT", path, `{"id":"slow-${index}"}`);
    await timed("POST", `${path}/deposit`, '{"amount":1}');
    await timed("DELETE", path);
  }
  for (let round = 0; round < 3; round += 1) {
    const together = Array.from({ length: 64 }, (_, index) =>
      index % 2 === 0
        ? timed("PUT", `/accounts/many-${round}-${index}`, `{"id":"many-${round}-${index}"}`)
        : timed("POST", `/accounts/account-${index % 10}/deposit`, '{"amount":1}'),
    );
    const slowest = Math.max(...(await Promise.all(together)));
    report.check("slow sync: 64 concurrent writes within 2 s", slowest <= 2000, () => `the slowest took ${slowest} ms`);
    report.say(`64 concurrent writes, each sync ${syncMs} ms slower: the slowest after ${slowest.toFixed(0)} ms`);
  }
  await pool.close();
  await server.kill();
}

/** The same load on a disk that forgets at the kill what was not synced; in half of the runs single writes survive. */
async function forgetting({ folder }: TempProject): Promise<void> {
  freshData();
  const data = join(folder, "data");
  const shadows = join(folder, "shadows");
  const load = new DepositLoad(chance.fork(), (kind, text) => report.fail(`${kind} (forgetting disk)`, text));
  let forgotten = 0;
  for (let kill = 1; kill <= forgettingKills; kill += 1) {
    const leak = kill % 2 === 0 ? `${chance.int(5, 80)}` : "0";
    const seed = `${chance.int(1, 1_000_000)}`;
    const variables = { FORGET_DIR: data, FORGET_SHADOW: shadows, FORGET_LEAK: leak, FORGET_SEED: seed };
    const server = await Server.start({ folder, env: preloaded(["forgetsync"], variables) });
    await untilKilled(load, server);
    const lost = restoreDurable(data, shadows);
    rmSync(shadows, { recursive: true });
    forgotten += lost.bytes;
    report.count("kills on a forgetting disk");
    report.count("files forgotten in part at a kill", lost.files);
  }
  report.count("bytes forgotten", forgotten);
  report.check(
    "the disk forgot something",
    forgotten > 0,
    () => "nothing was unsynced at any kill: the preload did not bite",
  );
  await settleTwice(load, folder);
  count(load, "(forgetting disk)");
}
