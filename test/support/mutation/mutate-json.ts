/** Seeded faults of JSON: in its structure, which leave it JSON, and in its text, which mostly do not. */
import type { Chance } from "../chance.js";
import { parseTree, pointerTo, printTree, replaceNode, type Tree, treeSize } from "./json-tree.js";

const token = (text: string): Tree => ({ kind: "token", text });
const text = (value: string): Tree => ({ kind: "text", value });

/** Values of every kind, and numbers at the edges of every type. */
const strangers: readonly Tree[] = [
  ...["null", "true", "false", "0", "-1", "1.5", "-0", "1e400", "1E-400", "2147483648", "-2147483649"].map(token),
  ...["9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890"].map(
    token,
  ),
  ...["1.0", "5e0", "0.1e1", "1e21", "16777217", "3.5e38"].map(token),
  ...["", "x", "null", "0", "12x", " 7", "7 ", "NaN", "Infinity", "-Infinity", "+1", "0x10", "1_000"].map(text),
  ...["2024-02-30", "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T25:00:00.000Z", "24:00:00.000", "12:34"].map(
    text,
  ),
  ...["AAE", "AA==", "====", "A", "_-_-", "zz zz", "\u0000", "é", "\ud800", "🦊", "a".repeat(300)].map(text),
  ...["*/ x() /*", "`$x`", "\u2028'\"", "</script>", "\\u0022"].map(text),
  ...["00000000-0000-0000-0000-00000000000g", "1.005", "-.5", "99999999999.99"].map(text),
  { kind: "array", items: [] },
  { kind: "object", members: [] },
  { kind: "array", items: [token("null")] },
  { kind: "object", members: [["__proto__", token("1")]] },
  { kind: "object", members: [["int", token("1")]] },
  {
    kind: "object",
    members: [
      ["int", token("1")],
      ["string", text("a")],
    ],
  },
];

const memberNames = ["__proto__", "constructor", "toString", "", "unknown", "type", "name", "id", "value", "default"];

/** JSON with a fault. */
export interface Mutation {
  readonly text: string;
  /** Where the fault is, as a JSON pointer: in the value there, or in its being there; undefined where two are. */
  readonly place: string | undefined;
}

/** One fault or two in the structure: what comes out is JSON. */
export function mutateStructure(json: string, chance: Chance, words: readonly string[] = []): Mutation {
  let tree = parseTree(json);
  const times = chance.happens(0.15) ? 2 : 1;
  let place = "";
  for (let done = 0; done < times; done += 1) {
    const index = chance.int(0, treeSize(tree));
    place = pointerTo(tree, index);
    tree = replaceNode(tree, index, (node) => mutateNode(node, chance, words));
  }
  return { text: printTree(tree), place: times === 1 ? place : undefined };
}

function mutateNode(node: Tree, chance: Chance, words: readonly string[]): Tree {
  if (node.kind === "object" && chance.happens(0.8)) return mutateMembers(node, chance, words);
  if (node.kind === "array" && chance.happens(0.5)) return mutateItems(node, chance);
  if (node.kind === "text" && chance.happens(0.4)) return text(mutateText(node.value, chance, words));
  if (node.kind === "token" && /\d/.test(node.text) && chance.happens(0.3))
    return token(mutateNumber(node.text, chance));
  if (chance.happens(0.1)) return nested(node, chance.int(1, 4));
  if (chance.happens(0.02)) return nested(node, chance.int(50, 5000));
  return chance.pick(strangers);
}

function nested(node: Tree, depth: number): Tree {
  return token("[".repeat(depth) + printTree(node) + "]".repeat(depth));
}

function mutateMembers(node: Tree & { readonly kind: "object" }, chance: Chance, words: readonly string[]): Tree {
  const members = [...node.members];
  const at = chance.int(0, Math.max(1, members.length));
  const member = members[at];
  const name = words.length > 0 && chance.happens(0.5) ? chance.pick(words) : chance.pick(memberNames);
  const way = chance.int(0, 6);
  if (member === undefined || way === 0) members.splice(at, 0, [name, chance.pick(strangers)]);
  else if (way === 1) members.splice(at, 1);
  else if (way === 2) members.splice(at, 1, [member[0] + chance.pick(["x", " ", "\u0000", "_"]), member[1]]);
  else if (way === 3)
    members.splice(chance.int(0, members.length + 1), 0, [member[0], chance.pick([member[1], ...strangers])]);
  else if (way === 4) members.splice(at, 1, [name, member[1]]);
  else members.splice(at, 1, [member[0], chance.pick(strangers)]);
  return { kind: "object", members };
}

function mutateItems(node: Tree & { readonly kind: "array" }, chance: Chance): Tree {
  const items = [...node.items];
  const at = chance.int(0, items.length + 1);
  const item = items[at];
  const way = item === undefined ? 0 : chance.int(0, 4);
  if (item === undefined || way === 0) items.splice(at, 0, chance.pick(strangers));
  else if (way === 1) items.splice(at, 1);
  else if (way === 2) items.splice(at, 0, item);
  else items.splice(at, 1, chance.pick(strangers));
  return { kind: "array", items };
}

function mutateText(value: string, chance: Chance, words: readonly string[]): string {
  if (words.length > 0 && chance.happens(0.4)) return chance.pick(words);
  const at = chance.int(0, value.length + 1);
  const ways = [
    value.slice(0, at) +
      chance.pick(["\u0000", " ", ".", "-", "1", "é", "\ud800", "🦊", "/", "$", "*/", "`", "\u2028"]) +
      value.slice(at),
    value.slice(0, at) + value.slice(at + 1),
    value.toUpperCase(),
    value.repeat(2),
    `${value} `,
    value.slice(0, at),
  ];
  return chance.pick(ways);
}

function mutateNumber(value: string, chance: Chance): string {
  return chance.pick([`${value}0000000000`, `-${value}`.replace("--", ""), `${value}.5`, `${value}e5`, `${value}.0`]);
}

/** A fault in the text: what comes out is seldom JSON. */
export function mutateJsonText(json: string, chance: Chance): Buffer {
  return mutateBytes(Buffer.from(json), chance);
}

/** One to three bytes changed, put in, taken out; or the end cut off; or something put before or behind. */
export function mutateBytes(bytes: Uint8Array, chance: Chance): Buffer {
  let out = Buffer.from(bytes);
  for (let times = chance.int(1, 4); times > 0; times -= 1) {
    const at = chance.int(0, out.length + 1);
    const byte = Buffer.from([
      chance.happens(0.5) ? chance.int(0, 256) : chance.pick([0, 1, 0x22, 0x2c, 0x7b, 0x7d, 0x5d, 0x80, 0xff]),
    ]);
    const way = chance.int(0, 6);
    if (way === 0) out = Buffer.concat([out.subarray(0, at), byte, out.subarray(at)]);
    else if (way === 1) out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1)]);
    else if (way === 2) out = Buffer.concat([out.subarray(0, at)]);
    else if (way === 3) out = Buffer.concat([out, byte]);
    else if (at < out.length) out[at] = byte[0] ?? 0;
  }
  return out;
}
