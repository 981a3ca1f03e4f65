/** Equality of values as users see them: -0 is not 0, NaN is NaN, a map has no prototype. */

/** Where two values differ first; undefined when they are the same. */
export function difference(actual: unknown, expected: unknown, path = ""): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (expected instanceof Uint8Array) {
    const isSame = actual instanceof Uint8Array && Buffer.compare(actual, expected) === 0;
    return isSame ? undefined : at(path, actual, expected);
  }
  if (expected instanceof Date) {
    return actual instanceof Date && actual.getTime() === expected.getTime() ? undefined : at(path, actual, expected);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return at(path, actual, expected);
    return firstOf(expected.map((item, index) => () => difference(actual[index], item, `${path}/${index}`)));
  }
  if (!isObject(actual) || !isObject(expected)) return at(path, actual, expected);
  if ((Object.getPrototypeOf(actual) === null) !== (Object.getPrototypeOf(expected) === null)) {
    return `${path}: prototype ${String(Object.getPrototypeOf(actual))}`;
  }
  const names = Object.keys(expected);
  const others = Object.keys(actual).filter((name) => !Object.hasOwn(expected, name));
  if (others.length > 0) return `${path}: unexpected member ${others[0]}`;
  return firstOf(names.map((name) => () => difference(actual[name], expected[name], `${path}/${name}`)));
}

function firstOf(attempts: readonly (() => string | undefined)[]): string | undefined {
  for (const attempt of attempts) {
    const found = attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function at(path: string, actual: unknown, expected: unknown): string {
  return `${path === "" ? "value" : path}: ${shown(actual)} instead of ${shown(expected)}`;
}

export function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex").slice(0, 80)}`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  const text = typeof value === "string" ? JSON.stringify(value) : printable(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function printable(value: unknown): string {
  const replacer = (_name: string, inner: unknown): unknown => (typeof inner === "bigint" ? `${inner}n` : inner);
  return typeof value === "object" && value !== null ? JSON.stringify(value, replacer) : String(value);
}
