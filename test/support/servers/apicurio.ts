/** Apicurio Registry, a schema registry of others that speaks Confluent's REST interface, on loopback and in memory. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "./cache.js";
import { javaOf, maven } from "./java.js";
import { ServerProcess } from "./process.js";

const version = "3.3.3";
const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
const sha256 = "8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63";
/** Its classes are of Java 21. */
const javaMajor = 21;

function program(): string {
  return cached(`apicurio-${version}`, (folder) => {
    maven("dependency:get", "-Dtransitive=false", `-Dartifact=${artifact}`);
    maven("dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`);
    const archive = join(folder, `apicurio-registry-app-${version}-all.tar.gz`);
    const found = createHash("sha256").update(readFileSync(archive)).digest("hex");
    if (found !== sha256) throw new Error(`${archive} has the checksum ${found}, ${sha256} was expected`);
    execFileSync("tar", ["xzf", archive, "-C", folder]);
    rmSync(archive);
  });
}

/** A running server. */
export class Apicurio {
  /** Base URL of Confluent's interface. */
  readonly url: string;
  /** Base URL of Apicurio's own interface, as its serializers of version 2 speak it. */
  readonly ownUrl: string;
  readonly #process: ServerProcess;
  readonly #folder: string;

  private constructor(url: string, process: ServerProcess, folder: string) {
    this.url = url;
    this.ownUrl = url.replace("/ccompat/v7", "/registry/v2");
    this.#process = process;
    this.#folder = folder;
  }

  /** Starts it, with Confluent's default level instead of none, and resolves when it serves. */
  static async start(): Promise<Apicurio> {
    const folder = mkdtempSync(join(tmpdir(), "affinity-apicurio-"));
    const settings = {
      "quarkus.http.host": "127.0.0.1",
      "quarkus.http.port": "0",
      // By default it is open to all the world.
      "quarkus.management.host": "127.0.0.1",
      "quarkus.management.port": "0",
      "quarkus.http.access-log.enabled": "false",
      "quarkus.banner.enabled": "false",
      "apicurio.datasource.url": "jdbc:h2:mem:registry",
      "apicurio.datasource.jdbc.initial-size": "2",
      "apicurio.datasource.jdbc.min-size": "2",
      "java.util.logging.manager": "org.jboss.logmanager.LogManager",
    };
    const options = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
    const memory = ["-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
    const jar = ["-jar", join(program(), "quarkus-run.jar")];
    const process = new ServerProcess(javaOf(javaMajor), [...memory, ...options, ...jar], folder);
    const url = await process.ready(async (output) => {
      const port = /Listening on: http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port === undefined) return undefined;
      const base = `http://127.0.0.1:${port}/apis/ccompat/v7`;
      const set = await fetch(`${base}/config`, {
        method: "PUT",
        headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
        body: '{"compatibility":"BACKWARD"}',
      });
      return set.ok ? base : undefined;
    });
    return new Apicurio(url, process, folder);
  }

  freeze(): Promise<void> {
    return this.#process.freeze();
  }

  thaw(): void {
    this.#process.thaw();
  }

  async stop(): Promise<void> {
    await this.#process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
