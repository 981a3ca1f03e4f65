/**
 * Counts and durations of requests. A request adds to plain numbers; prom-client sees them when somebody asks, since its
 * own `observe` would cost a tenth of a whole GET.
 */
import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from "prom-client";
import type { Router } from "../state/access.js";

/** Upper bounds of the durations, in seconds. */
const bucketsS: readonly number[] = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Requests of one route. */
export class RouteMetrics {
  readonly byStatus = new Map<number, { count: number }>();
  readonly byBucket: number[] = bucketsS.map(() => 0);
  count = 0;
  sumS = 0;
  // Most answers of a route have one status.
  #lastStatus = 0;
  #last = { count: 0 };

  observe(status: number, durationMs: number): void {
    const seconds = durationMs / 1_000;
    this.count += 1;
    this.sumS += seconds;
    this.#counter(status).count += 1;
    for (let index = 0; index < bucketsS.length; index += 1) {
      const bound = bucketsS[index] ?? 0;
      if (seconds > bound) continue;
      this.byBucket[index] = (this.byBucket[index] ?? 0) + 1;
      return;
    }
  }

  #counter(status: number): { count: number } {
    if (status === this.#lastStatus) return this.#last;
    this.#lastStatus = status;
    this.#last = this.byStatus.get(status) ?? { count: 0 };
    this.byStatus.set(status, this.#last);
    return this.#last;
  }
}

/** What the gateway tells of itself beside its routes. */
export interface GatewayLoad {
  readonly requestsInFlight: number;
  readonly connections: number;
}

/** Metrics of all routes, by label. */
export class RequestMetrics {
  readonly #routes = new Map<string, RouteMetrics>();

  of(route: string): RouteMetrics {
    let metrics = this.#routes.get(route);
    if (metrics === undefined) {
      metrics = new RouteMetrics();
      this.#routes.set(route, metrics);
    }
    return metrics;
  }

  /** Adds the gateway's metrics to a registry. */
  register(registry: Registry, router: Router, load: () => GatewayLoad): void {
    const routes = this.#routes;
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
        for (const { keyspace, partition, role, lagRecords } of router.status()) {
          this.set({ keyspace, partition, role }, Number(lagRecords));
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
        for (const { keyspace, partition, state } of router.status()) {
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
  }
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
