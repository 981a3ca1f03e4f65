/** What happens to a cluster, to the network before it, and to the node that writes to it. Each ends with all as it was. */
import { setTimeout as wait } from "node:timers/promises";
import { kafkajsLinks } from "../../../runtime/changelog/kafka/kafkajs-link.js";
import { parseHostPort } from "../../../runtime/changelog/kafka/link.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import type { Chance } from "../chance.js";
import type { Kafka } from "../servers/kafka.js";
import { describeQuorum } from "./describe-quorum.js";
import { foreignClient, leaderOf } from "./log-of-tests.js";

/** What a fault may do. */
export interface FaultScene {
  readonly kafka: Kafka;
  readonly chance: Chance;
  /** A topic of the node's. */
  readonly topic: string;
  /** Of the node. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** kill -9 of the node. */
  readonly kill: () => Promise<void>;
  /** Removes the node's data. */
  readonly forget: () => void;
  /** Starts the node again. */
  readonly start: () => Promise<void>;
}

export interface ClusterFault {
  readonly name: string;
  happen(scene: FaultScene): Promise<void>;
}

const brokerIds = [1, 2, 3];
/** Longer than every time-out: the client's, the brokers' session, the replicas' lag. */
const longMs = 5_000;

async function leader({ kafka, topic }: FaultScene): Promise<number> {
  const admin = foreignClient(kafka.brokers).admin();
  await admin.connect();
  const found = await leaderOf(admin, topic);
  await admin.disconnect();
  return found;
}

/** The broker that leads the metadata quorum. */
async function controller({ kafka }: FaultScene): Promise<number> {
  const open = kafkajsLinks({ clientId: "faults", clock: systemClock, logger: silentLogger });
  const link = await open(parseHostPort(kafka.brokers[0] ?? ""), 5_000);
  const found = await link.send(describeQuorum(), 5_000);
  link.destroy();
  return found;
}

export const clusterFaults: readonly ClusterFault[] = [
  {
    name: "broker killed",
    happen: async (scene) => {
      const id = await leader(scene);
      await scene.kafka.kill(id);
      await wait(scene.chance.int(100, 4_000));
      await scene.kafka.restart(id);
    },
  },
  {
    name: "broker frozen",
    happen: async (scene) => {
      const id = await leader(scene);
      await scene.kafka.freeze(id);
      await wait(longMs);
      scene.kafka.thaw(id);
    },
  },
  {
    name: "leadership moved",
    happen: async (scene) => {
      const id = await leader(scene);
      await scene.kafka.shutDown(id);
      await scene.kafka.restart(id);
    },
  },
  {
    name: "network stalled",
    happen: async (scene) => {
      const id = await leader(scene);
      scene.kafka.stall(id);
      await wait(longMs);
      scene.kafka.flow(id);
    },
  },
  {
    name: "network stalled to all, shortly",
    happen: async ({ kafka, chance }) => {
      for (const id of brokerIds) kafka.stall(id);
      await wait(chance.int(500, 4_000));
      for (const id of brokerIds) kafka.flow(id);
    },
  },
  {
    name: "controller killed",
    happen: async (scene) => {
      const id = await controller(scene);
      await scene.kafka.kill(id);
      await wait(scene.chance.int(100, 2_000));
      await scene.kafka.restart(id);
    },
  },
  {
    name: "node frozen",
    happen: async ({ signal }) => {
      signal("SIGSTOP");
      await wait(longMs);
      signal("SIGCONT");
    },
  },
  {
    name: "node killed",
    happen: async ({ kill, start }) => {
      await kill();
      await start();
    },
  },
  {
    name: "node killed, and its data removed",
    happen: async ({ kill, forget, start }) => {
      await kill();
      forget();
      await start();
    },
  },
  {
    name: "all brokers stopped and started",
    happen: async ({ kafka }) => {
      await Promise.all(brokerIds.map((id) => kafka.kill(id)));
      await Promise.all(brokerIds.map((id) => kafka.restart(id)));
    },
  },
];
