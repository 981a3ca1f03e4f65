/** A project with rows of 100 bytes on Kafka, filled in bulk and restored from nothing. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { generate, type TempProject, tempProject } from "../../test/support/project.js";
import { Server } from "../../test/support/server.js";
import { fill } from "../bulk.js";

const files = {
  "schemas/value.avsc": {
    type: "record",
    name: "Value",
    namespace: "large",
    fields: [{ name: "text", type: "string" }],
  },
  "keyspaces/rows.json": { keyspace: "rows", key: "string", value: "large.Value" },
};

/** What a restore took. */
export interface Restored {
  readonly perSecond: number;
  /** Of the process until it was ready. */
  readonly peakMb: number;
}

/** See the head of the file. */
export class RowsProject {
  /** Of its keyspace, by the rules of names. */
  readonly topic: string;
  readonly #project: TempProject;
  #server: Server;

  private constructor(topic: string, project: TempProject, server: Server) {
    this.topic = topic;
    this.#project = project;
    this.#server = server;
  }

  /** @param name of the project, which names its topic; each has its own. */
  static async start(name: string, config: object, parent: string): Promise<RowsProject> {
    const own = { name, http: { port: 0 }, logLevel: "warn", memstore: { type: "sqlite", cacheMb: 64 }, ...config };
    const project = tempProject({ "affinity.json": own, ...files }, parent);
    generate(project);
    return new RowsProject(`${name}-rows`, project, await Server.start({ folder: project.folder }));
  }

  /** Writes rows through the bulk route. @returns rows a second. */
  async fill(from: number, to: number): Promise<number> {
    const start = performance.now();
    await fill({ url: this.#server.url, path: "/rows", from, to, line });
    return (to - from) / ((performance.now() - start) / 1000);
  }

  /** Starts without rows, and once more with all of them: the difference is what the restore of so many took. */
  async restore(records: number): Promise<Restored> {
    await this.#server.stop();
    const data = join(this.#project.folder, "data");
    for (const file of readdirSync(data)) if (file.startsWith("memstore.")) rmSync(join(data, file));
    const cold = await this.#startSeconds();
    const peakMb = this.#peakMb();
    await this.#server.stop();
    const warm = await this.#startSeconds();
    return { perSecond: records / (cold - warm), peakMb };
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  remove(): void {
    this.#project.remove();
  }

  async #startSeconds(): Promise<number> {
    const start = performance.now();
    this.#server = await Server.start({ folder: this.#project.folder, readyMs: 600_000 });
    return (performance.now() - start) / 1000;
  }

  #peakMb(): number {
    const status = readFileSync(`/proc/${this.#server.pid}/status`, "utf8");
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  }
}

/** A hundred bytes that differ from row to row. */
function line(number: number): string {
  const text = `row ${number} `.padEnd(100, "abcdefghijklmnopqrstuvwxyz0123456789");
  return JSON.stringify({ key: `r-${number}`, value: { text } });
}
