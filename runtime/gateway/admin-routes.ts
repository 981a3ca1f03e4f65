/** What stands under `/_affinity`: health for machines, status for people, metrics, and the API's description. */
import type { Registry } from "prom-client";
import type { Clock } from "../core/clock.js";
import type { ServiceDescriptor } from "../protocol/service.js";
import type { PartitionStatus } from "../state/access.js";
import { type Answer, answerWith, jsonAnswer } from "./answer.js";
import type { GatewayRoute, Guarding } from "./exchange.js";
import type { Readiness } from "./readiness.js";
import type { GatewayLoad, RequestMetrics } from "./request-metrics.js";

/** A route with its place. */
export interface PlacedRoute {
  readonly method: string;
  readonly path: string;
  /** Segments that `{key}` stands for. */
  readonly keySegments: number;
  /** The form of a message's route that takes its key from `?key=`, and gives way where there is none. */
  readonly isAnyKey?: boolean;
  readonly route: GatewayRoute;
}

/** What the administrative routes tell of. */
export interface AdminParts {
  readonly service: ServiceDescriptor;
  readonly readiness: Readiness;
  readonly metrics: RequestMetrics;
  readonly load: () => GatewayLoad;
  readonly about: { readonly [fact: string]: string | number };
  readonly clock: Clock;
}

export function adminRoutes(parts: AdminParts): readonly PlacedRoute[] {
  const { service, readiness, metrics, about, clock, load } = parts;
  const openedMs = clock.now();
  let description: string | undefined;
  let registry: Promise<Registry> | undefined;
  let seen: GatewayLoad = { requestsInFlight: 0, connections: 0 };
  const place = (name: string, guarding: Guarding, answer: GatewayRoute["answer"]): PlacedRoute => ({
    method: "GET",
    path: `/_affinity/${name}`,
    keySegments: 0,
    route: {
      metrics: metrics.of(`_affinity ${name}`),
      isWrite: false,
      guarding,
      answer: (exchange) => {
        exchange.query.allow([]);
        return answer(exchange);
      },
    },
  });
  return [
    place("live", "open", () => jsonAnswer(200, { live: true })),
    place("ready", "open", () => readyAnswer(readiness)),
    place("status", "admin", () =>
      jsonAnswer(200, {
        service: service.name,
        ...about,
        startedAt: new Date(openedMs).toISOString(),
        keyspaces: Object.keys(service.keyspaces),
        partitions: readiness.status().map(plain),
      }),
    ),
    place("metrics", "admin", async () => {
      // Looked at before this request waits itself, so that it does not count itself.
      seen = load();
      registry ??= import("./prometheus.js").then(({ prometheusRegistry }) =>
        prometheusRegistry({ routes: metrics.routes, status: () => readiness.status(), load: () => seen }),
      );
      const known = await registry;
      return answerWith(200, known.contentType, await known.metrics(), ["Cache-Control", "no-store"]);
    }),
    place("openapi.json", "admin", () => {
      description ??= JSON.stringify(service.openapi());
      return answerWith(200, "application/json", description, ["Cache-Control", "no-cache"]);
    }),
  ];
}

function readyAnswer(readiness: Readiness): Answer {
  const { isReady } = readiness;
  return jsonAnswer(
    isReady ? 200 : 503,
    { ready: isReady, partitions: readiness.status().map(plain) },
    isReady ? [] : ["Retry-After", "1"],
  );
}

// Counts of records are 64-bit numbers; they fit JSON numbers exactly for as long as a log has fewer than 2^53 records.
function plain({ restore, ...status }: PartitionStatus): object {
  const plainStatus = { ...status, lagRecords: Number(status.lagRecords) };
  if (restore === undefined) return plainStatus;
  const { totalRecords, doneRecords, ...pace } = restore;
  return {
    ...plainStatus,
    restore: { totalRecords: Number(totalRecords), doneRecords: Number(doneRecords), ...pace },
  };
}
