/** JSON whose numbers keep what is written: integers beyond 2^53 every digit, others their point and exponent. */

/** A JSON value; integers that a double cannot hold are bigint. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | Numeral
  | string
  | readonly Json[]
  | { readonly [member: string]: Json };

/** A number as no writer of JavaScript would write it: `9e1`, `4.0`, `0.10`, a fraction of many digits. */
export class Numeral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The integer that it is the value of; undefined when it has a fraction. */
  get integer(): bigint | undefined {
    const [, sign = "", whole = "", fraction = "", exponent = "0"] =
      /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(this.text) ?? [];
    const digits = whole + fraction;
    const point = whole.length + Number(exponent);
    if (!/[1-9]/.test(digits)) return 0n;
    // No type of Avro has a thousand digits.
    if (point > 1000 || /[1-9]/.test(digits.slice(Math.max(point, 0)))) return undefined;
    return BigInt(sign + digits.slice(0, point).padEnd(point, "0"));
  }
}

const marker = "\u0001number:";
const token = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

const integer = /^-?\d+$/;

/** Whether a double is the very number that is written, and written as JavaScript does. */
function isPlain(text: string): boolean {
  if (text.startsWith('"') || text === "-0") return true;
  const value = Number(text);
  return String(value) === text && (!integer.test(text) || Number.isSafeInteger(value));
}

function revive(text: string): bigint | Numeral {
  return integer.test(text) ? BigInt(text) : new Numeral(text);
}

/** Parses JSON text. Of a member that stands twice the last one counts, as with JSON.parse. @throws SyntaxError */
export function parseLossless(text: string): Json {
  // What stands in for numbers below is text, which JSON takes where it takes no number.
  JSON.parse(text);
  const marked = text.replace(token, (found) => (isPlain(found) ? found : JSON.stringify(marker + found)));
  const parsed: Json = JSON.parse(marked, (_member, value: unknown) =>
    typeof value === "string" && value.startsWith(marker) ? revive(value.slice(marker.length)) : value,
  );
  return parsed;
}

/** Writes JSON text; numbers with all their digits, members and elements in order, no spaces. */
export function printLossless(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Numeral) return value.text;
  if (isList(value)) return `[${value.map(printLossless).join(",")}]`;
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${printLossless(member)}`);
    return `{${members.join(",")}}`;
  }
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is { readonly [member: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Numeral);
}
