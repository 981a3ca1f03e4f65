/** JSON as a tree of its tokens: numbers keep their text, members may stand twice, so that every fault can be written. */

/** A value by its text; objects as a list of members. */
export type Tree =
  | { readonly kind: "object"; readonly members: readonly (readonly [name: string, value: Tree])[] }
  | { readonly kind: "array"; readonly items: readonly Tree[] }
  | { readonly kind: "text"; readonly value: string }
  /** A number, true, false or null as it is written; or anything else that shall stand there. */
  | { readonly kind: "token"; readonly text: string };

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,]/gs;

/** Reads valid JSON. */
export function parseTree(text: string): Tree {
  const list = text.match(tokens) ?? [];
  let at = 0;
  const next = (): string => list[at++] ?? "";
  const value = (): Tree => {
    const token = next();
    if (token === "{") {
      const members: [string, Tree][] = [];
      while (list[at] !== "}") {
        if (list[at] === ",") at += 1;
        const name = String(JSON.parse(next()));
        at += 1;
        members.push([name, value()]);
      }
      at += 1;
      return { kind: "object", members };
    }
    if (token === "[") {
      const items: Tree[] = [];
      while (list[at] !== "]") {
        if (list[at] === ",") at += 1;
        items.push(value());
      }
      at += 1;
      return { kind: "array", items };
    }
    return token.startsWith('"') ? { kind: "text", value: String(JSON.parse(token)) } : { kind: "token", text: token };
  };
  return value();
}

export function printTree(tree: Tree): string {
  switch (tree.kind) {
    case "object":
      return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)}:${printTree(value)}`).join(",")}}`;
    case "array":
      return `[${tree.items.map(printTree).join(",")}]`;
    case "text":
      return JSON.stringify(tree.value);
    case "token":
      return tree.text;
  }
}

/** The number of nodes. */
export function treeSize(tree: Tree): number {
  const parts =
    tree.kind === "object" ? tree.members.map(([, value]) => value) : tree.kind === "array" ? tree.items : [];
  return 1 + parts.reduce((sum, part) => sum + treeSize(part), 0);
}

/** The tree with its `index`-th node, in the order of the text, replaced. */
export function replaceNode(tree: Tree, index: number, change: (node: Tree) => Tree): Tree {
  if (index === 0) return change(tree);
  let rest = index - 1;
  const inside = (part: Tree): Tree => {
    const size = treeSize(part);
    const isHere = rest >= 0 && rest < size;
    const replaced = isHere ? replaceNode(part, rest, change) : part;
    rest -= size;
    return replaced;
  };
  if (tree.kind === "object") {
    return { kind: "object", members: tree.members.map(([name, value]) => [name, inside(value)] as const) };
  }
  return tree.kind === "array" ? { kind: "array", items: tree.items.map(inside) } : tree;
}

/** The JSON pointer (RFC 6901) of the `index`-th node, in the order of the text. */
export function pointerTo(tree: Tree, index: number): string {
  let rest = index - 1;
  const parts =
    tree.kind === "object"
      ? tree.members
      : tree.kind === "array"
        ? tree.items.map((item, at) => [String(at), item] as const)
        : [];
  for (const [name, part] of parts) {
    const size = treeSize(part);
    if (rest >= 0 && rest < size) return `/${escapeToken(name)}${pointerTo(part, rest)}`;
    rest -= size;
  }
  return "";
}

function escapeToken(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The member of an object by its name; undefined when it has none. */
export function memberOf(tree: Tree, name: string): Tree | undefined {
  return tree.kind === "object" ? tree.members.find(([known]) => known === name)?.[1] : undefined;
}

/** Whether an object names a member twice. */
export function hasDuplicates(tree: Tree): boolean {
  if (tree.kind === "array") return tree.items.some(hasDuplicates);
  if (tree.kind !== "object") return false;
  const names = new Set(tree.members.map(([name]) => name));
  return names.size < tree.members.length || tree.members.some(([, value]) => hasDuplicates(value));
}
