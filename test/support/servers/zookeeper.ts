/** Real ZooKeeper servers on loopback: one, or an ensemble. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "./cache.js";
import { fetchJars } from "./maven-jars.js";
import { freePorts, ServerProcess } from "./process.js";

const version = "3.9.5";
const tickMs = 200;

// ZooKeeper's own pom counts on whoever runs it for metrics, snappy, logging and the command line.
const artifacts = [
  ["org.apache.zookeeper", "zookeeper", version],
  ["io.dropwizard.metrics", "metrics-core", "4.1.12.1"],
  ["org.xerial.snappy", "snappy-java", "1.1.10.5"],
  ["org.slf4j", "slf4j-simple", "2.0.13"],
  ["commons-cli", "commons-cli", "1.5.0"],
] as const;
const left = [
  ["io.netty", "netty-tcnative-boringssl-static"],
  ["ch.qos.logback", "*"],
  ["org.apache.yetus", "*"],
] as const;

function jars(): string {
  return cached(`zookeeper-${version}`, (folder) => {
    fetchJars({ artifacts, excluded: left, folder });
  });
}

interface Member {
  readonly port: number;
  readonly folder: string;
  process: ServerProcess;
}

/** Running servers. */
export class Zookeeper {
  /** `host:port,host:port` */
  readonly servers: string;
  readonly #members: readonly Member[];
  readonly #folder: string;

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder;
    this.#members = members;
    this.servers = members.map(({ port }) => `127.0.0.1:${port}`).join();
  }

  /** Starts them and resolves when they serve. */
  static async start(count: 1 | 3): Promise<Zookeeper> {
    const folder = mkdtempSync(join(tmpdir(), "affinity-zookeeper-"));
    const ports = await freePorts(3 * count);
    const port = (member: number, which: number): number => ports[3 * member + which] ?? 0;
    const ensemble = Array.from(
      { length: count },
      (_, member) => `server.${member + 1}=127.0.0.1:${port(member, 1)}:${port(member, 2)}`,
    );
    const members = Array.from({ length: count }, (_, member) => {
      const own = join(folder, String(member + 1));
      mkdirSync(join(own, "data"), { recursive: true });
      writeFileSync(join(own, "data/myid"), String(member + 1));
      writeFileSync(join(own, "zoo.cfg"), configuration(own, port(member, 0), count === 1 ? [] : ensemble));
      return { port: port(member, 0), folder: own, process: launched(own) };
    });
    const started = new Zookeeper(folder, members);
    await started.#serving();
    return started;
  }

  /** kill -9 of one server. */
  async kill(index: number): Promise<void> {
    await this.#members[index]?.process.kill();
  }

  /** Starts a server again that was killed, and waits until all serve. */
  async restart(index: number): Promise<void> {
    const member = this.#members[index];
    if (member === undefined) return;
    member.process = launched(member.folder);
    await this.#serving();
  }

  async freeze(index: number): Promise<void> {
    await this.#members[index]?.process.freeze();
  }

  async thaw(index: number): Promise<void> {
    this.#members[index]?.process.thaw();
    await this.#serving();
  }

  /** Kills them and removes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.#members.map(({ process }) => process.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Each server has a role, and one of them leads: `ruok` is answered without a quorum too. */
  async #serving(): Promise<void> {
    const first = this.#members[0];
    await first?.process.ready(async () => {
      const roles = await Promise.all(this.#members.map(({ port }) => roleOf(port)));
      const leaders = roles.filter((role) => role === "leader" || role === "standalone").length;
      return roles.every((role) => role !== undefined) && leaders === 1 ? true : undefined;
    });
  }
}

function configuration(folder: string, port: number, ensemble: readonly string[]): string {
  return [
    `dataDir=${join(folder, "data")}`,
    `clientPort=${port}`,
    "clientPortAddress=127.0.0.1",
    `tickTime=${tickMs}`,
    "initLimit=25",
    "syncLimit=10",
    "maxClientCnxns=0",
    "forceSync=no",
    "preAllocSize=1024",
    "4lw.commands.whitelist=srvr",
    "quorumListenOnAllIPs=false",
    ...ensemble,
    "",
  ].join("\n");
}

function launched(folder: string): ServerProcess {
  const memory = ["-Xms16m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const main = ["-cp", `${jars()}/*`, "org.apache.zookeeper.server.quorum.QuorumPeerMain", join(folder, "zoo.cfg")];
  return new ServerProcess("java", [...memory, "-Dzookeeper.admin.enableServer=false", ...main], folder);
}

/** What a server says that it is; undefined when it does not serve. */
function roleOf(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write("srvr"));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(/^Mode: (\w+)/m.exec(text)?.[1]));
  });
}
