/**
 * The text in which the exchange gives values to judges in other languages, which parse it along the schema:
 *
 *   null `n` · boolean `t` `f` · int, long `i<digits>;` · float, double `d<64 bits of the double, hex>;`
 *   string `s<UTF-8, hex>;` · bytes, fixed `b<hex>;` · enum `e<symbol>;`
 *   array `[…]` · map `{s<key>;<value>…}` · union `u<branch>;<value>` · record `(…)`, fields in order
 */
import type { Shape, Types } from "./shape.js";
import { convert, type Form, type Value } from "./value.js";

const form: Form<string> = {
  primitive: (value, leaf) => {
    if (value === null) return "n";
    if (typeof value === "boolean") return value ? "t" : "f";
    if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")};`;
    if (typeof value === "string") return leaf.kind === "enum" ? `e${value};` : text(value);
    if (leaf.kind === "int" || leaf.kind === "long") return `i${value};`;
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(Number(value));
    return `d${bits.toString("hex")};`;
  },
  list: (items) => `[${items.join("")}]`,
  map: (entries) => `{${[...entries].map(([key, value]) => text(key) + value).join("")}}`,
  union: (value, branch, shape) => `u${shape.branches.indexOf(branch)};${value}`,
  record: (fields) => `(${[...fields.values()].join("")})`,
};

function text(value: string): string {
  return `s${Buffer.from(value).toString("hex")};`;
}

export function neutralText(value: Value, shape: Shape, types: Types): string {
  return convert(value, shape, types, form);
}
