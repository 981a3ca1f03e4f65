/** Confluent's registry interface as routes of a gateway, under a path. */
import { AffinityError } from "../core/errors.js";
import type { ManagedRegistry } from "../registry/logged-registry.js";
import {
  acceptedType,
  parsedBody,
  type RestAnswer,
  restAnswer,
  restErrorAnswer,
} from "../registry/rest/rest-answer.js";
import { type RestRoute, restRoutes } from "../registry/rest/rest-routes.js";
import type { PlacedRoute } from "./admin-routes.js";
import { type Answer, answerWith } from "./answer.js";
import type { Exchange } from "./exchange.js";
import type { RequestMetrics } from "./request-metrics.js";
import { decodeSegment } from "./target.js";

/** What is served, and where. */
export interface RegistryMount {
  readonly registry: ManagedRegistry;
  /** `/registry`, or empty for the root. */
  readonly path: string;
}

const errorType = "application/vnd.schemaregistry.v1+json";

export function registryRoutes({ registry, path }: RegistryMount, metrics: RequestMetrics): readonly PlacedRoute[] {
  return restRoutes.map((route) => ({
    method: route.method,
    path: route.path === "/" && path !== "" ? path : `${path}${route.path}`,
    keySegments: 1,
    route: {
      metrics: metrics.of(`registry ${route.method} ${route.path}`),
      isWrite: route.isWrite,
      // Whoever writes schemas decides what can be read: from outside a token is needed, as for /_affinity.
      guarding: "admin",
      answer: (exchange) => answer(registry, route, exchange),
      problem,
    },
  }));
}

async function answer(registry: ManagedRegistry, route: RestRoute, exchange: Exchange): Promise<Answer> {
  const { headers, target, segments } = exchange;
  const type = acceptedType(headers.accept);
  const body = parsedBody(await exchange.body(), headers["content-type"]);
  const request = { segments: segments.map(decoded), query: new URLSearchParams(target.query), body };
  if (route.isWrite) exchange.handOver();
  return written(restAnswer(type, await route.answer(registry, request)));
}

function decoded(segment: string): string {
  const text = decodeSegment(segment);
  if (text !== undefined) return text;
  throw new AffinityError("REQUEST_INVALID", "request target: a segment is not percent-encoded UTF-8");
}

/** Errors as Confluent's clients read them; undefined for faults of the server. */
function problem(error: unknown): Answer | undefined {
  const told = restErrorAnswer(errorType, error);
  return told === undefined ? undefined : written(told);
}

function written({ status, type, body }: RestAnswer): Answer {
  return answerWith(status, type, body, ["Cache-Control", "no-store"]);
}
