/** Finds topics, paths and routes of a project that meet. */
import type { Route } from "../../runtime/protocol/service.js";
import type { SourceRef } from "../diagnostics.js";
import { quoted } from "../diagnostics-text.js";
import type { Findings } from "./finding.js";
import { placeText } from "./keys.js";
import type { KeyspaceModel } from "./model.js";
import { ownStore } from "./model.js";
import { keySegment, meet, type RouteShape, shapeOf } from "./routes.js";

/** A keyspace, and what of its definition the model does not hold. */
export interface PlacedKeyspace {
  readonly model: KeyspaceModel;
  readonly pathAt: SourceRef;
  readonly topicAt: ReadonlyMap<string, SourceRef>;
  readonly routeAt: ReadonlyMap<string, SourceRef>;
  readonly keySegments: number;
}

/** Reports two stores that write one topic: each would take the other's records for its own. */
export function checkTopics(findings: Findings, keyspaces: readonly PlacedKeyspace[]): void {
  const seen = new Map<string, { readonly what: string; readonly at: SourceRef }>();
  for (const { model, topicAt } of keyspaces) {
    for (const store of model.stores) {
      const what = `store ${store.name} of keyspace ${model.name}`;
      const at = topicAt.get(store.name) ?? store.at;
      const other = seen.get(store.topic);
      if (other === undefined) seen.set(store.topic, { what, at });
      else {
        const text = `${what} has the topic ${quoted(store.topic)}, which is that of ${other.what} (${placeText(other.at)})`;
        findings.fault("DEFINITION_MEETS", at, text, "Give one of them another topic.");
      }
    }
  }
}

interface PlacedRoute {
  readonly keyspace: KeyspaceModel;
  readonly shape: RouteShape;
  readonly text: string;
  readonly what: string;
  readonly at: SourceRef;
  /** The form with `?key=`, which gives way to other routes of its keyspace. */
  readonly isAnyKey?: boolean;
}

/** Reports paths and routes for which one request could be meant for two. Of two keyspaces only the first meeting. */
export function checkRoutes(findings: Findings, keyspaces: readonly PlacedKeyspace[]): void {
  const told = new Set<string>();
  const groups = new Map<string, PlacedRoute[]>();
  for (const route of keyspaces.flatMap(routesOf)) {
    // The first segment is never a parameter, so that only routes of one group can meet.
    const group = [route.shape.method, route.shape.segments.length, route.shape.segments[0]].join(" ");
    const others = groups.get(group) ?? [];
    groups.set(group, others);
    const other = others.find((candidate) => isMeeting(candidate, route));
    others.push(route);
    const pair = other && [other.keyspace.name, route.keyspace.name].join(" ");
    if (other === undefined || pair === undefined || (other.keyspace !== route.keyspace && told.has(pair))) continue;
    told.add(pair);
    const text = `${route.text}, ${route.what}, meets ${other.text}, ${other.what} (${placeText(other.at)})`;
    findings.fault("DEFINITION_MEETS", route.at, text, "Give one of them another path.");
  }
}

function isMeeting(a: PlacedRoute, b: PlacedRoute): boolean {
  if (a.keyspace === b.keyspace && (a.isAnyKey === true || b.isAnyKey === true)) return false;
  return meet(a.shape, b.shape);
}

function routesOf(keyspace: PlacedKeyspace): readonly PlacedRoute[] {
  const { model, pathAt, routeAt, keySegments } = keyspace;
  const place = (route: Route, what: string, at: SourceRef, isAnyKey = false): PlacedRoute => {
    return {
      keyspace: model,
      shape: shapeOf(route, keySegments),
      text: `${route.method} ${route.path}`,
      what,
      at,
      isAnyKey,
    };
  };
  const rows = ownStore(model) === undefined ? [] : rowRoutes(model);
  const messages = model.messages.flatMap((message) => {
    if (message.route === undefined) return [];
    const what = `message ${message.name} of keyspace ${model.name}`;
    const at = routeAt.get(message.name) ?? message.at;
    const anyKey: Route = { method: "POST", path: `${model.path}/${message.name}` };
    return [place(message.route, what, at), place(anyKey, `${what} with ?key=`, at, true)];
  });
  return [...rows.map((route) => place(route, `rows of keyspace ${model.name}`, pathAt)), ...messages];
}

function rowRoutes(model: KeyspaceModel): readonly Route[] {
  const row = `${model.path}/${keySegment}`;
  const has = (operation: KeyspaceModel["expose"][number]): boolean => model.expose.includes(operation);
  const both = (method: Route["method"]): Route[] => [
    { method, path: row },
    { method, path: model.path },
  ];
  return [
    ...(has("get") ? both("GET") : has("list") ? [{ method: "GET", path: model.path } as const] : []),
    ...(has("put") ? both("PUT") : []),
    ...(has("delete") ? both("DELETE") : []),
  ];
}
