/** Checks of the machine: Node.js, SQLite, the data folder, the disk, the port. */
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { openBatchCompressor } from "../../runtime/changelog/kafka/batch-compressor.js";
import { isAffinityError, messageOf } from "../../runtime/core/errors.js";
import { openDatabase } from "../../runtime/disk/sqlite.js";
import type { HttpConfig, KafkaConfig } from "../../runtime/node/config/resolved.js";
import { fault, type Health, ok, warning } from "./health.js";

/** The least version that package.json names. */
const leastNode = { major: 20, minor: 19 } as const;
/** Free space under which the changelog may soon have none. */
const scarceBytes = 1024 ** 3;

export function checkNode(version: string): Health {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > leastNode.major || (major === leastNode.major && minor >= leastNode.minor);
  if (isEnough) return ok("Node.js", version);
  return fault("Node.js", version, `install Node.js ${leastNode.major}.${leastNode.minor} or newer`);
}

export function checkSqlite(): Health {
  try {
    const database = openDatabase(":memory:");
    const version: unknown = database.prepare("select sqlite_version()").pluck().get();
    database.close();
    return ok("SQLite", `${String(version)}, through better-sqlite3`);
  } catch (error) {
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return fault(
      "SQLite",
      `better-sqlite3 does not load: ${messageOf(reason).split("\n")[0]}`,
      "npm install better-sqlite3, or npm rebuild better-sqlite3 after a change of Node.js; it is compiled with python3, make and g++",
    );
  }
}

export function checkCompression({ compression }: Pick<KafkaConfig, "compression">): Health {
  const check = "compression";
  try {
    openBatchCompressor(compression);
    return ok(check, `record batches are written with ${compression}`);
  } catch (error) {
    const [seen = "", ...cures] = (isAffinityError(error) ? error.detail : messageOf(error)).split("; ");
    return fault(check, seen, cures.join("; "));
  }
}

export function checkDataDir(dataDir: string): Health {
  const nearest = nearestFolder(dataDir);
  const seen = nearest === dataDir ? dataDir : `${dataDir}, which the first start makes`;
  try {
    accessSync(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok("data folder", seen);
  } catch {
    return fault("data folder", `${nearest} cannot be written`, `give this user write access to it, or change dataDir`);
  }
}

export function checkDisk(dataDir: string): Health {
  const { bavail, bsize } = statfsSync(nearestFolder(dataDir));
  const bytes = bavail * bsize;
  const seen = `${(bytes / 1024 ** 3).toFixed(1)} GiB free`;
  return bytes < scarceBytes
    ? warning("disk", seen, "make room; a full disk refuses writes until there is some")
    : ok("disk", seen);
}

export function checkPort({ host, port }: Pick<HttpConfig, "host" | "port">): Promise<Health> {
  if (port === 0) return Promise.resolve(ok("port", "a free one is taken"));
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === "EADDRINUSE"
          ? fault(
              "port",
              `${host}:${port}: another process listens there; perhaps this project is running`,
              "stop it, or set http.port to a free port",
            )
          : fault(
              "port",
              `${host}:${port}: ${messageOf(error)}`,
              "set http.host and http.port to what this user may use",
            ),
      ),
    );
    server.listen(port, host, () => server.close(() => resolve(ok("port", `${host}:${port} is free`))));
  });
}

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
