/** Real Kafka on loopback: one broker, or three. Nodes are named by their ids, from 1, as Kafka's metadata names them. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KafkaProgram, type KafkaVersion, kafkaProgram, kafkaVersions } from "./kafka-program.js";
import { type KafkaMember, type KafkaNode, kafkaProperties } from "./kafka-properties.js";
import { freePorts, ServerProcess } from "./process.js";
import { TcpProxy } from "./tcp-proxy.js";

export interface KafkaOptions {
  /** 1 by default. */
  readonly brokers?: 1 | 3;
  readonly version?: KafkaVersion;
  /** Whether clients may reach the brokers through proxies, whose traffic can be held up. */
  readonly isProxied?: boolean;
  /** Settings of the brokers, added to those for tests or in their place. */
  readonly settings?: KafkaNode["settings"];
}

interface Broker extends KafkaMember {
  readonly folder: string;
  process: ServerProcess;
}

/** A running cluster. */
export class Kafka {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[];
  /** The same through the proxies. */
  readonly proxied: readonly string[];
  readonly #proxies: ReadonlyMap<number, TcpProxy>;
  readonly #brokers: readonly Broker[];
  readonly #program: KafkaProgram;
  readonly #folder: string;

  private constructor(
    folder: string,
    program: KafkaProgram,
    brokers: readonly Broker[],
    proxies: ReadonlyMap<number, TcpProxy>,
  ) {
    this.#folder = folder;
    this.#program = program;
    this.#brokers = brokers;
    this.#proxies = proxies;
    this.brokers = brokers.map(({ port }) => `127.0.0.1:${port}`);
    this.proxied = brokers.flatMap(({ proxied }) => (proxied === undefined ? [] : [`127.0.0.1:${proxied.proxyPort}`]));
  }

  /** Starts it and resolves when every broker serves. */
  static async start(options: KafkaOptions = {}): Promise<Kafka> {
    const { brokers: count = 1, version = kafkaVersions[0], settings = {}, isProxied = false } = options;
    const program = kafkaProgram(version);
    const folder = mkdtempSync(join(tmpdir(), "affinity-kafka-"));
    const ports = await freePorts(4 * count);
    const port = (index: number, which: number): number => ports[4 * index + which] ?? 0;
    const members = Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      port: port(index, 0),
      controllerPort: port(index, 1),
      ...(isProxied ? { proxied: { port: port(index, 2), proxyPort: port(index, 3) } } : {}),
    }));
    const proxies = new Map<number, TcpProxy>();
    for (const { id, proxied } of members)
      if (proxied !== undefined) proxies.set(id, await TcpProxy.open(proxied.proxyPort, proxied.port));
    const brokers = members.map((member) => {
      const own = join(folder, String(member.id));
      const storage = join(own, "data");
      mkdirSync(own);
      cpSync(program.formatted(member.id), storage, { recursive: true });
      writeFileSync(join(own, "server.properties"), kafkaProperties({ id: member.id, members, storage, settings }));
      return { ...member, folder: own, process: launched(program, own) };
    });
    const started = new Kafka(folder, program, brokers, proxies);
    try {
      await Promise.all(brokers.map(serving));
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** kill -9. */
  async kill(id: number): Promise<void> {
    await this.#broker(id).process.kill();
  }

  /** SIGTERM: it hands its partitions over first. */
  async shutDown(id: number): Promise<void> {
    await this.#broker(id).process.end();
  }

  /** Starts a broker that was killed or shut down, on its port and its data, and resolves when it serves. */
  async restart(id: number): Promise<void> {
    const broker = this.#broker(id);
    broker.process = launched(this.#program, broker.folder);
    await serving(broker);
  }

  /** SIGSTOP: connections stay and nothing is answered. Resolves when each thread has stopped. */
  async freeze(id: number): Promise<void> {
    await this.#broker(id).process.freeze();
  }

  /** SIGCONT. */
  thaw(id: number): void {
    this.#broker(id).process.thaw();
  }

  /** Holds up what goes through the proxy of a broker, both ways; connections stay. */
  stall(id: number): void {
    this.#proxies.get(id)?.stall();
  }

  /** Delivers what was held up, and goes on. */
  flow(id: number): void {
    this.#proxies.get(id)?.flow();
  }

  /** Resident memory of a broker, bytes; Linux only. */
  residentBytes(id: number): number {
    const status = readFileSync(`/proc/${this.#broker(id).process.pid}/status`, "utf8");
    return 1_024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  }

  /** What a broker printed since its last start: its warnings and errors. */
  output(id: number): string {
    return this.#broker(id).process.output;
  }

  /** Kills all and removes their data. */
  async stop(): Promise<void> {
    for (const proxy of this.#proxies.values()) proxy.close();
    await Promise.all(this.#brokers.map(({ process }) => process.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #broker(id: number): Broker {
    const found = this.#brokers.find((broker) => broker.id === id);
    if (found === undefined) throw new Error(`there is no broker ${id}`);
    return found;
  }
}

/** Of each broker, MB: idle ones take about 100 of them. */
const heapMb = 256;

function launched(program: KafkaProgram, folder: string): ServerProcess {
  const memory = [`-Xms${heapMb}m`, `-Xmx${heapMb}m`, "-Xss512k", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"];
  const main = ["kafka.Kafka", join(folder, "server.properties")];
  return new ServerProcess(program.java, [...memory, ...program.parameters, ...main], folder);
}

async function serving({ process }: Broker): Promise<void> {
  await process.ready(async (output) => (output.includes("Kafka Server started") ? true : undefined));
}
