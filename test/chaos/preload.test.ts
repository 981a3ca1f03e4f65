/** The preloads are instruments: here they are calibrated, on a database whose promises are known. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canPreload, preloaded, restoreDurable } from "../support/preload.js";

const commits = 200;

// Commits rows one by one, then dies as under kill -9.
const writer = `
  const Database = require("better-sqlite3");
  const db = new Database(process.env.DATABASE);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = " + process.env.SYNCHRONOUS);
  db.exec("create table t (x integer primary key, y blob)");
  const insert = db.prepare("insert into t (y) values (?)");
  for (let i = 0; i < ${commits}; i += 1) insert.run(Buffer.alloc(300, i));
  process.kill(process.pid, "SIGKILL");
`;

// The sequence of an atomic replacement; DURABLE names the steps that are synced.
const replacer = `
  const fs = require("node:fs");
  const path = require("node:path");
  const folder = process.env.FORGET_DIR;
  const steps = process.env.DURABLE.split(",");
  const write = (name, text, isSynced) => {
    const fd = fs.openSync(path.join(folder, name), "w");
    fs.writeSync(fd, text);
    if (isSynced) fs.fsyncSync(fd);
    fs.closeSync(fd);
  };
  write("draft", "new", steps.includes("file"));
  fs.renameSync(path.join(folder, "draft"), path.join(folder, "registry"));
  if (steps.includes("folder")) {
    const fd = fs.openSync(folder, "r");
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }
  process.kill(process.pid, "SIGKILL");
`;

describe.skipIf(!canPreload())("the disk's faults (needs Linux and gcc)", () => {
  let work: string;
  let data: string;
  let shadows: string;

  beforeAll(() => {
    work = realpathSync(mkdtempSync(join(tmpdir(), "preload-")));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  function forgetting(script: string, variables: Record<string, string>): ReturnType<typeof spawnSync> {
    return spawnSync(process.execPath, ["-e", script], {
      env: { ...process.env, ...preloaded(["forgetsync"], { FORGET_DIR: data, FORGET_SHADOW: shadows, ...variables }) },
    });
  }
  function freshFolders(name: string): void {
    data = join(work, name);
    shadows = join(work, `${name}-shadows`);
    mkdirSync(data);
  }
  function rowsAfterKill(name: string, variables: Record<string, string>): number {
    freshFolders(name);
    const file = join(data, "a.db");
    expect(forgetting(writer, { DATABASE: file, ...variables }).signal).toBe("SIGKILL");
    restoreDurable(data, shadows);
    const database = new Database(file);
    try {
      expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
      const table = database.prepare("select name from sqlite_master where name = 't'").get();
      if (table === undefined) return 0;
      return Number(database.prepare("select count(*) from t").pluck().get());
    } finally {
      database.close();
    }
  }

  it("forgetsync: commits that were never synced are forgotten", () => {
    expect(rowsAfterKill("off", { SYNCHRONOUS: "OFF" })).toBe(0);
  });

  it("forgetsync: commits synced one by one are all there", () => {
    expect(rowsAfterKill("full", { SYNCHRONOUS: "FULL" })).toBe(commits);
  });

  it("forgetsync: early write-back of single writes harms no synced commit", () => {
    for (const seed of [1, 2, 3]) {
      expect(rowsAfterKill(`leak-${seed}`, { SYNCHRONOUS: "FULL", FORGET_LEAK: "50", FORGET_SEED: `${seed}` })).toBe(
        commits,
      );
    }
  });

  it("forgetsync: early write-back of single writes does not make unsynced commits durable", () => {
    expect(rowsAfterKill("leak-off", { SYNCHRONOUS: "OFF", FORGET_LEAK: "50" })).toBeLessThan(commits);
  });

  it.each([
    { durable: "none", left: "old" },
    { durable: "file", left: "old" },
    { durable: "folder", left: "" },
    { durable: "file,folder", left: "new" },
  ])("forgetsync: a replacement that syncs $durable leaves '$left'", ({ durable, left }) => {
    freshFolders(`replace-${durable}`);
    writeFileSync(join(data, "registry"), "old");
    expect(forgetting(replacer, { DURABLE: durable }).signal).toBe("SIGKILL");
    restoreDurable(data, shadows);
    expect(readFileSync(join(data, "registry"), "utf8")).toBe(left);
  });

  it("slowsync: a sync takes the time that it is told", () => {
    const script = `
      const fs = require("node:fs");
      const fd = fs.openSync(process.env.FILE, "w");
      const start = process.hrtime.bigint();
      fs.fsyncSync(fd);
      fs.fdatasyncSync(fd);
      process.stdout.write(String(process.hrtime.bigint() - start));
    `;
    const env = { ...process.env, ...preloaded(["slowsync"], { FSYNC_US: "50000" }), FILE: join(work, "slow") };
    const run = spawnSync(process.execPath, ["-e", script], { env, encoding: "utf8" });
    expect(Number(run.stdout)).toBeGreaterThanOrEqual(100_000_000);
  });

  it("enospc: writes and new files fail while the disk is full, reads go on, and all is well when it is freed", () => {
    const flag = join(work, "disk-full");
    const folder = join(work, "full-disk");
    mkdirSync(folder);
    const script = `
      const fs = require("node:fs");
      const path = require("node:path");
      const Database = require("better-sqlite3");
      const folder = process.env.ENOSPC_DIR;
      const flag = process.env.ENOSPC_FLAG;
      const codes = [];
      const attempt = (act) => { try { act(); codes.push("ok"); } catch (error) { codes.push(error.code); } };
      const db = new Database(path.join(folder, "a.db"));
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = FULL");
      db.exec("create table t (x)");
      const insert = db.prepare("insert into t values (1)");
      insert.run();
      fs.writeFileSync(flag, "");
      attempt(() => insert.run());
      attempt(() => fs.writeFileSync(path.join(folder, "new"), "x"));
      attempt(() => fs.appendFileSync(path.join(folder, "a.db"), "x"));
      codes.push(db.prepare("select count(*) from t").pluck().get());
      fs.unlinkSync(flag);
      attempt(() => insert.run());
      codes.push(db.prepare("select count(*) from t").pluck().get());
      process.stdout.write(JSON.stringify(codes));
    `;
    const env = { ...process.env, ...preloaded(["enospc"], { ENOSPC_DIR: folder, ENOSPC_FLAG: flag }) };
    const run = spawnSync(process.execPath, ["-e", script], { env, encoding: "utf8" });
    expect(JSON.parse(run.stdout)).toEqual(["SQLITE_FULL", "ENOSPC", "ENOSPC", 1, "ok", 2]);
    expect(existsSync(flag)).toBe(false);
  });
});
