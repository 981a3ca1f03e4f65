/** Settings of a broker for tests: KRaft, each node broker and controller, small, and quick to notice and to clean up. */

/** A node of a cluster. */
export interface KafkaMember {
  /** Its node id, from 1. */
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** A further listener, and where a proxy before it listens: clients of that listener are sent there. */
  readonly proxied?: { readonly port: number; readonly proxyPort: number };
}

export interface KafkaNode {
  readonly id: number;
  readonly members: readonly KafkaMember[];
  readonly storage: string;
  /** Added to, or in place of, those below. */
  readonly settings: { readonly [name: string]: string | number | boolean };
}

/** `server.properties` of one node. */
export function kafkaProperties({ id, members, storage, settings }: KafkaNode): string {
  const own = members.find((member) => member.id === id);
  if (own === undefined) throw new Error(`node ${id} is not among the members`);
  const replicas = Math.min(3, members.length);
  const inSync = replicas >= 3 ? 2 : 1;
  const all = {
    "process.roles": "broker,controller",
    "node.id": id,
    "controller.quorum.voters": members.map((member) => `${member.id}@127.0.0.1:${member.controllerPort}`).join(),
    listeners: `PLAINTEXT://127.0.0.1:${own.port},CONTROLLER://127.0.0.1:${own.controllerPort}${listener(own.proxied?.port)}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${own.port}${listener(own.proxied?.proxyPort)}`,
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
    "log.dirs": storage,
    "auto.create.topics.enable": false,
    "num.partitions": 1,
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    ...internalTopics(replicas, inSync),
    ...small,
    ...quick,
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function listener(port: number | undefined): string {
  return port === undefined ? "" : `,PROXIED://127.0.0.1:${port}`;
}

function internalTopics(replicas: number, inSync: number): KafkaNode["settings"] {
  return {
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
  };
}

const small: KafkaNode["settings"] = {
  "num.network.threads": 2,
  "num.io.threads": 4,
  "background.threads": 2,
  "num.replica.fetchers": 1,
  "num.recovery.threads.per.data.dir": 2,
  // 128 MB by default, half of the heap.
  "log.cleaner.dedupe.buffer.size": 4_194_304,
  "log.cleaner.io.buffer.size": 131_072,
};

const quick: KafkaNode["settings"] = {
  "group.initial.rebalance.delay.ms": 0,
  "group.min.session.timeout.ms": 1_000,
  // Compaction and retention. `log.segment.delete.delay.ms` keeps its minute: at 500 ms the deletion of a topic met that
  // of a segment, and the broker went down.
  "log.cleaner.backoff.ms": 200,
  "log.retention.check.interval.ms": 1_000,
  "log.initial.task.delay.ms": 500,
  // A broker that is gone.
  "broker.heartbeat.interval.ms": 300,
  "broker.session.timeout.ms": 2_000,
  "replica.lag.time.max.ms": 3_000,
  "controller.quorum.election.timeout.ms": 500,
  "controller.quorum.fetch.timeout.ms": 1_500,
  "controller.quorum.election.backoff.max.ms": 300,
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": 500,
};
