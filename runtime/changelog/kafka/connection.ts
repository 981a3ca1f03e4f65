/** How Kafka is reached, for whoever writes to its topics and whoever only reads them. */
import type { ConnectionOptions } from "node:tls";
import type { Mechanism, SASLOptions } from "kafkajs";
import type { Clock } from "../../core/clock.js";
import type { Logger } from "../../core/logger.js";
import type { Random } from "../../core/random.js";
import { KafkaCluster } from "./cluster.js";
import { kafkajsLinks } from "./kafkajs-link.js";
import { type OpenLink, parseHostPort } from "./link.js";

export interface KafkaConnection {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: ConnectionOptions;
  /** Asked at each connection, since tokens change. */
  readonly sasl?: () => Promise<SASLOptions | Mechanism>;
  /** Time for one request, ms: above it the outcome of an append is unknown. */
  readonly requestTimeoutMs: number;
  /** The network; kafkajs's by default. */
  readonly openLink?: OpenLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Connects when it is first asked. */
export function clusterOf(connection: KafkaConnection): KafkaCluster {
  return new KafkaCluster({
    ...connection,
    bootstrap: connection.brokers.map(parseHostPort),
    openLink: connection.openLink ?? kafkajsLinks(connection),
  });
}
