/** The routes of every keyspace: rows, lists, bulk writes and messages, as its definition exposes them. */
import type { KeyspaceAccess, Router } from "../state/access.js";
import type { PlacedRoute } from "./admin-routes.js";
import type { ArrivalWatch } from "./arrival-watch.js";
import { writeBulk } from "./bulk-write.js";
import type { GatewayRoute } from "./exchange.js";
import { isLines } from "./forms.js";
import { KeyReader } from "./key-reader.js";
import { ListRoutes } from "./list-routes.js";
import { MessageRoutes } from "./message-routes.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import type { RequestMetrics } from "./request-metrics.js";
import { RowRoutes } from "./row-routes.js";
import { SlowReaders } from "./slow-reader.js";
import { ValueCodec } from "./value-codec.js";

/** What the routes are made from. */
export interface RouteParts {
  readonly router: Router;
  readonly options: GatewayOptions;
  readonly limits: GatewayLimits;
  readonly watch: ArrivalWatch;
  readonly metrics: RequestMetrics;
}

/** Every route of every keyspace. */
export function keyspaceRoutes(parts: RouteParts): readonly PlacedRoute[] {
  return [...parts.router.keyspaces.values()].flatMap((access) => {
    const keys = new KeyReader(access);
    return [...rowRoutes(parts, access, keys), ...messageRoutes(parts, access, keys)];
  });
}

function rowRoutes(
  { options, limits, watch, metrics }: RouteParts,
  access: KeyspaceAccess,
  keys: KeyReader,
): readonly PlacedRoute[] {
  const { descriptor, schemaIds } = access;
  const { name, path, expose } = descriptor;
  const store = descriptor.stores[name];
  const schemaId = schemaIds.stores[name];
  if (store === undefined || schemaId === undefined) return [];
  const { http, clock } = options;
  const values = new ValueCodec(store.value(), schemaId, `value of keyspace ${name}`, schemaIds.writers);
  const readers = new SlowReaders(clock, watch, limits.slowReaderMs);
  const rows = new RowRoutes({
    access,
    store,
    keys,
    values,
    askTimeoutMs: http.askTimeoutMs,
  });
  const list = new ListRoutes({
    access,
    keyType: descriptor.key(),
    topic: store.topic,
    keys,
    values,
    readers,
    limits: { ...limits, askTimeoutMs: http.askTimeoutMs },
  });
  const bulk = {
    access,
    canDelete: expose.includes("delete"),
    valueOf: (json: string) => values.framedFromJson(json),
    keyOf: (json: string) => keys.fromJson(json),
    watch,
    readers,
    clock,
    limits: { ...http, ...limits },
  };
  const place = (method: string, operation: string, answer: GatewayRoute["answer"], template = path): PlacedRoute => ({
    method,
    path: template,
    keySegments: keys.segmentCount,
    route: { metrics: metrics.of(`${name} ${operation}`), isWrite: method !== "GET", guarding: "token", answer },
  });
  const row = `${path}/{key}`;
  const has = (operation: (typeof expose)[number]): boolean => expose.includes(operation);
  const routes: PlacedRoute[] = [];
  if (has("get")) routes.push(place("GET", "get", (exchange) => rows.get(exchange), row));
  if (has("put")) routes.push(place("PUT", "put", (exchange) => rows.put(exchange), row));
  if (has("delete")) routes.push(place("DELETE", "delete", (exchange) => rows.delete(exchange), row));
  if (has("get") || has("list")) {
    routes.push(
      place("GET", "list", (exchange) =>
        !has("list") || (has("get") && exchange.query.has("key")) ? rows.get(exchange) : list.answer(exchange),
      ),
    );
  }
  if (has("put")) {
    routes.push(
      place("PUT", "bulk", (exchange) => (isLines(exchange.headers) ? writeBulk(bulk, exchange) : rows.put(exchange))),
    );
  }
  if (has("delete")) routes.push(place("DELETE", "delete", (exchange) => rows.delete(exchange)));
  return routes;
}

function messageRoutes(
  { options, metrics }: RouteParts,
  access: KeyspaceAccess,
  keys: KeyReader,
): readonly PlacedRoute[] {
  const { descriptor, schemaIds } = access;
  return Object.values(descriptor.messages).flatMap((message): readonly PlacedRoute[] => {
    const { name, route, access: kind } = message;
    if (route === undefined) return [];
    const ids = schemaIds.messages[name];
    const subject = `message ${name} of keyspace ${descriptor.name}`;
    const routes = new MessageRoutes({
      access,
      message,
      keys,
      request:
        message.request &&
        new ValueCodec(message.request(), ids?.request ?? 0, `request of ${subject}`, schemaIds.writers),
      reply:
        message.reply && new ValueCodec(message.reply(), ids?.reply ?? 0, `reply of ${subject}`, schemaIds.writers),
      askTimeoutMs: options.http.askTimeoutMs,
    });
    const shared = {
      metrics: metrics.of(`${descriptor.name} ${name}`),
      isWrite: kind === "write",
      guarding: "token",
    } as const;
    return [
      {
        ...route,
        keySegments: keys.segmentCount,
        route: { ...shared, answer: (exchange) => routes.answer(exchange) },
      },
      {
        method: "POST",
        path: `${descriptor.path}/${name}`,
        keySegments: 0,
        isAnyKey: true,
        route: { ...shared, answer: (exchange) => routes.answerAnyKey(exchange) },
      },
    ];
  });
}
