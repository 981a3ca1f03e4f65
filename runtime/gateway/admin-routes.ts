/** What stands under `/_affinity`: health for machines, status for people, metrics, and the API's description. */
import type { Registry } from "prom-client";
import type { Clock } from "../core/clock.js";
import type { ServiceDescriptor } from "../protocol/service.js";
import type { PartitionStatus, Router } from "../state/access.js";
import { type Answer, answerWith, jsonAnswer } from "./answer.js";
import type { GatewayRoute, Guarding } from "./exchange.js";
import type { RequestMetrics } from "./request-metrics.js";

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
  readonly router: Router;
  readonly registry: Registry;
  readonly metrics: RequestMetrics;
  readonly about: { readonly [fact: string]: string | number };
  readonly clock: Clock;
}

/** The state in which a partition answers requests. */
const serving = "serving";

export function adminRoutes(parts: AdminParts): readonly PlacedRoute[] {
  const { service, router, registry, about, clock } = parts;
  const openedMs = clock.now();
  let description: string | undefined;
  const place = (name: string, guarding: Guarding, answer: GatewayRoute["answer"]): PlacedRoute => ({
    method: "GET",
    path: `/_affinity/${name}`,
    keySegments: 0,
    route: {
      metrics: parts.metrics.of(`_affinity ${name}`),
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
    place("ready", "open", () => readiness(router.status())),
    place("status", "admin", () =>
      jsonAnswer(200, {
        service: service.name,
        ...about,
        startedAt: new Date(openedMs).toISOString(),
        keyspaces: [...router.keyspaces.keys()],
        partitions: router.status().map(plain),
      }),
    ),
    place("metrics", "admin", async () =>
      answerWith(200, registry.contentType, await registry.metrics(), ["Cache-Control", "no-store"]),
    ),
    place("openapi.json", "admin", () => {
      description ??= JSON.stringify(service.openapi());
      return answerWith(200, "application/json", description, ["Cache-Control", "no-cache"]);
    }),
  ];
}

function readiness(partitions: readonly PartitionStatus[]): Answer {
  const isReady = partitions.every(({ state, role }) => role === "standby" || state === serving);
  return jsonAnswer(
    isReady ? 200 : 503,
    { ready: isReady, partitions: partitions.map(plain) },
    isReady ? [] : ["Retry-After", "1"],
  );
}

// The lag is a 64-bit number; it fits a JSON number exactly for as long as a log has fewer than 2^53 records to go.
function plain(status: PartitionStatus): object {
  return { ...status, lagRecords: Number(status.lagRecords) };
}
