/** The metrics as prom-client gives them. Loaded when somebody asks for the first time: at a start nobody does. */
import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  Registry,
} from "prom-client";
import type { PartitionStatus } from "../state/access.js";
import { bucketsS, type GatewayLoad, type RouteMetrics } from "./request-metrics.js";

/** Where the numbers come from. */
export interface MetricSources {
  /** By label. */
  readonly routes: ReadonlyMap<string, RouteMetrics>;
  readonly status: () => readonly PartitionStatus[];
  readonly load: () => GatewayLoad;
}

/** All metrics of a node, to be asked with `metrics()`. */
export function prometheusRegistry({ routes, status, load }: MetricSources): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({
    name: "affinity_http_requests_total",
    help: "Requests answered, by route and status.",
    labelNames: ["route", "status"],
    registers,
    collect() {
      this.reset();
      for (const [route, { byStatus }] of routes) {
        for (const [status, { count }] of byStatus) this.inc({ route, status }, count);
      }
    },
  });
  registry.registerMetric(new DurationHistogram(routes));
  new Gauge({
    name: "affinity_http_requests_in_flight",
    help: "Requests that wait for their body or their answer.",
    registers,
    collect() {
      this.set(load().requestsInFlight);
    },
  });
  new Gauge({
    name: "affinity_http_connections",
    help: "Open connections.",
    registers,
    collect() {
      this.set(load().connections);
    },
  });
  new Gauge({
    name: "affinity_partition_lag_records",
    help: "Records of the changelog that the partition has not applied yet.",
    labelNames: ["keyspace", "partition", "role"],
    registers,
    collect() {
      this.reset();
      for (const { keyspace, partition, role, lagRecords } of status()) {
        this.set({ keyspace, partition, role }, Number(lagRecords));
      }
    },
  });
  new Gauge({
    name: "affinity_partition_restore_records_per_second",
    help: "Records of the changelog that a partition applies a second while it restores; absent where none does.",
    labelNames: ["keyspace", "partition"],
    registers,
    collect() {
      this.reset();
      for (const { keyspace, partition, restore } of status()) {
        if (restore?.recordsPerSecond !== undefined) this.set({ keyspace, partition }, restore.recordsPerSecond);
      }
    },
  });
  new Gauge({
    name: "affinity_partition_serving",
    help: "1 where the partition answers requests, else 0.",
    labelNames: ["keyspace", "partition", "state"],
    registers,
    collect() {
      this.reset();
      for (const { keyspace, partition, state } of status()) {
        this.set({ keyspace, partition, state }, state === "serving" ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process in bytes.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
  return registry;
}

type DurationLabel = "route" | "le";

const durationName = "affinity_http_request_seconds";

const durationShape = {
  name: durationName,
  help: "Time that requests waited for their body and their answer, by route, in seconds.",
  labelNames: ["route"] as const,
  buckets: [...bucketsS],
  registers: [],
};

/** A histogram that reads its numbers from RouteMetrics. */
class DurationHistogram extends Histogram<DurationLabel> {
  readonly #routes: ReadonlyMap<string, RouteMetrics>;
  readonly #empty = new Histogram<DurationLabel>(durationShape);

  constructor(routes: ReadonlyMap<string, RouteMetrics>) {
    super(durationShape);
    this.#routes = routes;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<DurationLabel>>> {
    const description = await this.#empty.get();
    return { ...description, values: [...this.#routes].flatMap(([route, metrics]) => valuesOf(route, metrics)) };
  }

  // What the registry asks for where it is there, instead of `get`: see prom-client 15.1, lib/registry.js.
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<DurationLabel>>> {
    return this.get();
  }
}

function valuesOf(route: string, { byBucket, count, sumS }: RouteMetrics): MetricValueWithName<DurationLabel>[] {
  let below = 0;
  const buckets = bucketsS.map((bound, index) => {
    below += byBucket[index] ?? 0;
    return { metricName: `${durationName}_bucket`, labels: { route, le: bound }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${durationName}_bucket`, labels: { route, le: "+Inf" }, value: count },
    { metricName: `${durationName}_sum`, labels: { route }, value: sumS },
    { metricName: `${durationName}_count`, labels: { route }, value: count },
  ];
}
