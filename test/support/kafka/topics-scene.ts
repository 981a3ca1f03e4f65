/** A served project with a topic of its own and one that others write, and an operator who changes them under it. */

import { setTimeout as wait } from "node:timers/promises";
import type { Admin } from "kafkajs";
import { partitionOf } from "../../../runtime/protocol/murmur2.js";
import { frame } from "../../../runtime/schema/framing.js";
import { longType } from "../../../runtime/schema/primitive-types.js";
import { type Answered, getJson, putJson } from "../json-calls.js";
import { generate, type TempProject, tempProject } from "../project.js";
import { Server } from "../server.js";
import { type OwnRegistry, startRegistryServer } from "../servers/own-registry.js";
import { topicName } from "../servers/shared-kafka.js";
import { foreignClient } from "./log-of-tests.js";

/** Of both topics, as the project is made. */
export const partitionCount = 2;
/** Until something has come about, whatever the machine takes. */
export const eventually = { timeout: 40_000, interval: 50 };

/** See the head of the file: keyspace `notes` is ours, `rates` that of others. */
export class TopicsScene {
  readonly notes = topicName("notes");
  readonly rates = topicName("rates");
  readonly admin: Admin;
  readonly project: TempProject;
  readonly #brokers: readonly string[];
  readonly #registry: OwnRegistry;
  #rateId = 0;
  #server: Server | undefined;

  private constructor(brokers: readonly string[], registry: OwnRegistry) {
    this.#brokers = brokers;
    this.#registry = registry;
    this.admin = foreignClient(brokers).admin();
    const keyed = { key: "string", keyEncoding: "utf8", partitions: partitionCount };
    const rates = { value: "long", topic: this.rates, external: true };
    this.project = tempProject({
      "schemas/note.avsc": { type: "record", name: "Note", fields: [{ name: "text", type: "string" }] },
      "keyspaces/notes.json": { keyspace: "notes", ...keyed, stores: { notes: { value: "Note", topic: this.notes } } },
      "keyspaces/rates.json": { keyspace: "rates", ...keyed, stores: { rates } },
      "affinity.json": {
        name: "scene",
        http: { port: 0, askTimeoutMs: 20_000 },
        registry: { type: "confluent", url: registry.url },
        changelog: { type: "kafka", brokers, replication: 1, minInsyncReplicas: 1, requestTimeoutMs: 3_000 },
      },
    });
    generate(this.project);
  }

  /** Serves, with a note `a` and these rates of others. */
  static async open(brokers: readonly string[], rates: { readonly [key: string]: bigint }): Promise<TopicsScene> {
    const scene = new TopicsScene(brokers, await startRegistryServer());
    scene.#rateId = (await scene.#registry.registry.register(`${scene.rates}-value`, '"long"')).id;
    await scene.admin.connect();
    await scene.made(scene.rates);
    await scene.rate(rates);
    await scene.start();
    await until(async () => (await scene.put("/notes/a", { text: "a" })).status === 201);
    return scene;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("it is not started");
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await Server.start({ folder: this.project.folder });
  }

  async close(): Promise<void> {
    await this.#server?.kill();
    await this.admin.disconnect();
    await this.#registry.close();
    this.project.remove();
  }

  // -- the operator --------------------------------------------------------------------------------------------------

  /** Makes a topic with the broker's defaults, as soon as it may be. */
  async made(topic: string, numPartitions = partitionCount): Promise<void> {
    const topics = [{ topic, numPartitions, replicationFactor: 1 }];
    const make = (): Promise<boolean> => this.admin.createTopics({ topics, waitForLeaders: false }).catch(() => false);
    await until(make);
    await until(async () => {
      const found = await this.admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
      return found?.topics[0]?.partitions.filter(({ leader }) => leader > 0).length === numPartitions;
    });
  }

  async deleted(topic: string): Promise<void> {
    await this.admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await this.admin.listTopics()).includes(topic));
  }

  /** Sets settings of a topic and leaves the others as the broker has them. */
  async set(topic: string, settings: { readonly [name: string]: string }): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await this.admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
  }

  /** Writes rates as another program. */
  rate(rates: { readonly [key: string]: bigint }, partitions = partitionCount): Promise<void> {
    const rows = Object.entries(rates).map(
      ([key, value]) => [key, Buffer.from(frame(this.#rateId, longType.encode(value)))] as const,
    );
    return this.written(this.rates, rows, partitions);
  }

  /** Writes rows as another program. */
  async written(
    topic: string,
    rows: Iterable<readonly [key: string, value: Buffer]>,
    partitions = partitionCount,
  ): Promise<void> {
    const producer = foreignClient(this.#brokers).producer();
    await producer.connect();
    const messages = Array.from(rows, ([key, value]) => ({
      key,
      value,
      partition: partitionOf(Buffer.from(key), partitions),
    }));
    await producer.send({ topic, acks: -1, messages });
    await producer.disconnect();
  }

  // -- callers -------------------------------------------------------------------------------------------------------

  get(path: string): Promise<Answered> {
    return getJson(`${this.server.url}${path}`);
  }

  put(path: string, value: unknown): Promise<Answered> {
    return putJson(`${this.server.url}${path}`, value);
  }
}

/** Outside of tests there is no `expect.poll`. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + eventually.timeout; !(await isSo()); await wait(eventually.interval))
    if (performance.now() > end) throw new Error("it has not come about");
}
