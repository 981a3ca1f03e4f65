/** JSON values as TypeScript literals. */
import type { ExactJson } from "../../runtime/schema/type.js";

/** Columns after which a literal is broken over several lines. */
const widthLimit = 100;

/** Steps of indentation after which a literal stays on its line: what is nested a thousand deep is read by nobody. */
const indentLimit = 40;

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Text as a string literal: control characters, line separators and lone surrogates are escaped. */
export function stringLiteral(text: string): string {
  const escaped = JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escapeUnit);
  return escaped;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A property name of an interface or object type. */
export function memberName(name: string): string {
  return identifier.test(name) ? name : stringLiteral(name);
}

/** A method's name in an interface, where a bare `new` would be a constructor. */
export function methodName(name: string): string {
  return name === "new" ? '"new"' : memberName(name);
}

/** A property name of an object literal, where `__proto__` would set the prototype. */
export function literalName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : memberName(name);
}

/** `value.name`, or with brackets where the name asks for it. */
export function memberOf(object: string, name: string): string {
  return identifier.test(name) && name !== "__proto__" ? `${object}.${name}` : `${object}[${stringLiteral(name)}]`;
}

/** A number as TypeScript reads it back: the sign of zero and infinities survive. */
export function numberLiteral(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value) : `${value < 0 ? "-" : ""}1e999`;
}

/** A JSON value; `column` is where it starts in its line, `indent` the depth of that line in steps of two. */
export function literal(value: ExactJson, indent = 0, column = indent * 2): string {
  const flat = flatLiteral(value, indent > indentLimit ? Number.POSITIVE_INFINITY : widthLimit - column);
  if (flat !== undefined) return flat;
  const pad = "  ".repeat(indent + 1);
  const close = "  ".repeat(indent);
  if (isList(value)) {
    const items = value.map((item) => `${pad}${literal(item, indent + 1)},\n`);
    return `[\n${items.join("")}${close}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => {
      const front = `${literalName(name)}: `;
      return `${pad}${front}${literal(member, indent + 1, pad.length + front.length)},\n`;
    });
    return `{\n${members.join("")}${close}}`;
  }
  return scalar(value);
}

/** On one line, or undefined when it needs more than `width` columns. */
function flatLiteral(value: ExactJson, width: number): string | undefined {
  if (isList(value)) return flatJoin(value, (item, left) => flatLiteral(item, left), ["[", "]", "[]"], width);
  if (typeof value !== "object" || value === null) return scalar(value);
  return flatJoin(
    Object.entries(value),
    ([name, member], left) => {
      const front = `${literalName(name)}: `;
      const text = flatLiteral(member, left - front.length);
      return text === undefined ? undefined : front + text;
    },
    ["{ ", " }", "{}"],
    width,
  );
}

function flatJoin<T>(
  items: readonly T[],
  print: (item: T, width: number) => string | undefined,
  [open, close, empty]: readonly [string, string, string],
  width: number,
): string | undefined {
  if (items.length === 0) return empty;
  let text = open;
  for (const [index, item] of items.entries()) {
    const part = print(item, width - text.length);
    if (part === undefined) return undefined;
    text += (index === 0 ? "" : ", ") + part;
    if (text.length + close.length > width) return undefined;
  }
  return text + close;
}

function scalar(value: null | boolean | number | bigint | string): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return stringLiteral(value);
  return typeof value === "number" ? numberLiteral(value) : String(value);
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}
