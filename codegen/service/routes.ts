/** Paths and routes: how they are written, and where two of them meet. */
import type { Route } from "../../runtime/protocol/service.js";

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Where a route has the key's segments. */
export const keySegment = "{key}";

/** A segment that needs no encoding and that clients and proxies leave alone. */
const segmentPattern = /^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/;

/** What is wrong with a path template, as the end of a sentence; undefined when nothing is. */
export function faultOfPath(path: string, options: { readonly hasKey: boolean }): string | undefined {
  if (!path.startsWith("/")) return "begins with no /";
  const segments = path.slice(1).split("/");
  if (segments.includes("")) return path === "/" ? "has no segment" : "has an empty segment";
  if (segments[0] === "_affinity") return "lies under /_affinity, which is the server's own";
  if (options.hasKey && segments[0] === keySegment)
    return `begins with ${keySegment}, so that it would take every path`;
  const keys = segments.filter((segment) => segment === keySegment).length;
  if (!options.hasKey && keys > 0) return `holds ${keySegment}, which follows the path by itself`;
  if (options.hasKey && keys !== 1)
    return `holds ${keySegment} ${keys === 0 ? "nowhere" : `${keys} times`}; a message is sent to one key`;
  const strange = segments.find((segment) => segment !== keySegment && !segmentPattern.test(segment));
  if (strange === undefined) return undefined;
  if (/[{}]/.test(strange))
    return `has the segment ${JSON.stringify(strange)}; only ${keySegment}, alone in its segment, is a parameter`;
  return `has the segment ${JSON.stringify(strange)}; a segment has letters, digits and . _ ~ -, and is neither . nor ..`;
}

/** A route with `{key}` spread over the key's segments: `undefined` stands for any text. */
export interface RouteShape {
  readonly method: Route["method"];
  readonly segments: readonly (string | undefined)[];
}

export function shapeOf(route: Route, keySegments: number): RouteShape {
  const segments = route.path
    .slice(1)
    .split("/")
    .flatMap((segment) => (segment === keySegment ? Array<undefined>(keySegments).fill(undefined) : [segment]));
  return { method: route.method, segments };
}

/** Whether one request could be for either. */
export function meet(a: RouteShape, b: RouteShape): boolean {
  if (a.method !== b.method || a.segments.length !== b.segments.length) return false;
  return a.segments.every((segment, index) => {
    const other = b.segments[index];
    return segment === undefined || other === undefined || segment === other;
  });
}
