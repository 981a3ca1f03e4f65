/** JSON in which integers beyond 2^53 keep every digit. */

/** A JSON value; integers that a double cannot hold are bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [member: string]: Json };

const marker = "\u0001integer:";
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/** Parses JSON text. Of a member that stands twice the last one counts, as with JSON.parse. */
export function parseLossless(text: string): Json {
  const marked = text.replace(token, (found) =>
    /^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"\\u0001integer:${found}"` : found,
  );
  const parsed: Json = JSON.parse(marked, (_member, value: unknown) =>
    typeof value === "string" && value.startsWith(marker) ? BigInt(value.slice(marker.length)) : value,
  );
  return parsed;
}

/** Writes JSON text; bigint as a number of all its digits, members and elements in order, no spaces. */
export function printLossless(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (isList(value)) return `[${value.map(printLossless).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${printLossless(member)}`);
    return `{${members.join(",")}}`;
  }
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is { readonly [member: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
