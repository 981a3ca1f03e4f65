/**
 * Method and path to route. A tree of segments: a literal segment wins over `{key}`, and where its branch has no route of
 * the method the parameter's branch is tried, so `GET /graph/top` and `PUT /graph/{key}` live side by side.
 */

/** A matched route, and the raw text of its `{key}` segments in order. */
export interface RouteMatch<T> {
  readonly route: T;
  readonly segments: readonly string[];
}

interface Branch<T> {
  readonly literals: Map<string, Branch<T>>;
  parameter: Branch<T> | undefined;
  readonly routes: Map<string, T>;
}

/** Segments of a path beyond which none is looked up; a key has one for each field of its record. */
const segmentLimit = 256;

/** See the head of the file. */
export class RouteTable<T> {
  readonly #root: Branch<T> = branch();

  /**
   * Adds a route. `{key}` in `template` stands for `keySegments` segments.
   *
   * Two routes that meet are a fault of the definitions and found by the generator; here the first one stays.
   */
  add(method: string, template: string, keySegments: number, route: T): void {
    let at = this.#root;
    for (const part of template.split("/").slice(1)) {
      if (part !== "{key}") {
        at = literal(at, part);
        continue;
      }
      for (let segment = 0; segment < keySegments; segment++) {
        at.parameter ??= branch();
        at = at.parameter;
      }
    }
    if (!at.routes.has(method)) at.routes.set(method, route);
  }

  /** `path` begins with `/` and is not decoded. */
  find(method: string, path: string): RouteMatch<T> | undefined {
    const parts = split(path);
    const segments: string[] = [];
    const route = parts === undefined ? undefined : descend(this.#root, parts, 1, method, segments);
    return route === undefined ? undefined : { route, segments };
  }

  /** The methods that a path takes, sorted; none for a path that does not exist. */
  methods(path: string): readonly string[] {
    const found = new Set<string>();
    const parts = split(path);
    if (parts !== undefined) gather(this.#root, parts, 1, found);
    return [...found].sort();
  }
}

function split(path: string): readonly string[] | undefined {
  const parts = path.split("/", segmentLimit + 1);
  return parts.length > segmentLimit ? undefined : parts;
}

function descend<T>(
  at: Branch<T>,
  parts: readonly string[],
  index: number,
  method: string,
  segments: string[],
): T | undefined {
  const part = parts[index];
  if (part === undefined) return at.routes.get(method);
  const next = at.literals.get(part);
  const found = next === undefined ? undefined : descend(next, parts, index + 1, method, segments);
  if (found !== undefined || at.parameter === undefined) return found;
  const count = segments.length;
  segments.push(part);
  const other = descend(at.parameter, parts, index + 1, method, segments);
  if (other === undefined) segments.length = count;
  return other;
}

function gather<T>(at: Branch<T>, parts: readonly string[], index: number, found: Set<string>): void {
  const part = parts[index];
  if (part === undefined) {
    for (const method of at.routes.keys()) found.add(method);
    return;
  }
  const next = at.literals.get(part);
  if (next !== undefined) gather(next, parts, index + 1, found);
  if (at.parameter !== undefined) gather(at.parameter, parts, index + 1, found);
}

function literal<T>(at: Branch<T>, part: string): Branch<T> {
  let next = at.literals.get(part);
  if (next === undefined) {
    next = branch();
    at.literals.set(part, next);
  }
  return next;
}

function branch<T>(): Branch<T> {
  return { literals: new Map(), parameter: undefined, routes: new Map() };
}
