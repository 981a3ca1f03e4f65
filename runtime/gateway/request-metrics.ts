/**
 * Counts and durations of requests, in plain numbers: prom-client sees them when somebody asks (see `prometheus.ts`), since
 * its own `observe` would cost a tenth of a whole GET.
 */
/** Upper bounds of the durations, in seconds. */
export const bucketsS: readonly number[] = [
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
  readonly routes = new Map<string, RouteMetrics>();

  of(route: string): RouteMetrics {
    let metrics = this.routes.get(route);
    if (metrics === undefined) {
      metrics = new RouteMetrics();
      this.routes.set(route, metrics);
    }
    return metrics;
  }
}
