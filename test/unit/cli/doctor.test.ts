import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  checkCompression,
  checkDataDir,
  checkDisk,
  checkNode,
  checkPort,
  checkSqlite,
} from "../../../cli/doctor/machine.js";

describe("the doctor's checks of the machine", () => {
  it("know the least Node.js", () => {
    expect(checkNode("20.19.0").state).toBe("ok");
    expect(checkNode("24.1.0").state).toBe("ok");
    for (const version of ["18.20.0", "20.18.3"])
      expect(checkNode(version)).toMatchObject({ state: "fault", cure: expect.stringContaining("20.19") });
  });

  it("load SQLite", () => {
    expect(checkSqlite()).toMatchObject({ state: "ok", seen: expect.stringContaining("better-sqlite3") });
  });

  it("look for what batches in Kafka are compressed with", () => {
    expect(checkCompression({ compression: "lz4" }).state).toBe("ok");
    const canZstd = "zstdCompress" in zlib;
    const zstd = canZstd ? { state: "ok" } : { state: "fault", cure: expect.stringContaining("22.15") };
    expect(checkCompression({ compression: "zstd" })).toMatchObject(zstd);
  });

  it("look at the data folder, or at where it will be made", () => {
    const folder = mkdtempSync(join(tmpdir(), "affinity-doctor-"));
    expect(checkDataDir(folder)).toMatchObject({ state: "ok", seen: folder });
    expect(checkDataDir(join(folder, "a/b"))).toMatchObject({
      state: "ok",
      seen: expect.stringContaining("first start makes"),
    });
    expect(checkDisk(join(folder, "a/b")).seen).toMatch(/GiB free/);
    rmSync(folder, { recursive: true });
  });

  it("find a port that is taken, and are content with any free one", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await checkPort({ host: "127.0.0.1", port })).toMatchObject({
      state: "fault",
      seen: `127.0.0.1:${port}: another process listens there; perhaps this project is running`,
      cure: expect.stringContaining("http.port"),
    });
    server.close();
    await once(server, "close");
    expect(await checkPort({ host: "127.0.0.1", port })).toMatchObject({ state: "ok" });
    expect(await checkPort({ host: "192.0.2.1", port: 80 })).toMatchObject({
      state: "fault",
      seen: expect.stringContaining("EADDRNOTAVAIL"),
      cure: expect.stringContaining("http.host"),
    });
    expect(await checkPort({ host: "127.0.0.1", port: 0 })).toMatchObject({ state: "ok" });
  });
});
