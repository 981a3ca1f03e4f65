/** Rules of Avro that a schema keeps beyond being readable: names, symbols, unions, defaults. */
import { checkDefault } from "../schema/default-value.js";
import { fault } from "../schema/fault.js";
import { definedBy } from "../schema/raw-schema.js";
import { nodeOf, partsOf, type TypeNode } from "../schema/type-node.js";

const word = "[A-Za-z_][A-Za-z0-9_]*";
const simpleName = new RegExp(`^${word}$`);
const fullName = new RegExp(`^${word}(\\.${word})*$`);

/** @throws VALUE_INVALID for what breaks a rule of the specification. */
export function checkSchema(text: string): void {
  const seen = new Set<TypeNode>();
  const visit = (node: TypeNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    checkNode(node);
    for (const part of partsOf(node)) visit(part);
  };
  visit(nodeOf(definedBy(text)));
}

function checkNode(node: TypeNode): void {
  if ("name" in node && !fullName.test(node.name))
    throw fault(`found the name ${show(node.name)}, which is none in Avro`);
  switch (node.kind) {
    case "record":
      checkWords(
        node.fields.map(({ name }) => name),
        `field of ${node.name}`,
      );
      for (const { name, type, default: json } of node.fields) {
        if (json === undefined) continue;
        try {
          checkDefault(type, json);
        } catch (error) {
          throw fault(`found a default of ${node.name}.${name} that does not fit its type: ${messageOfFault(error)}`);
        }
      }
      break;
    case "enum":
      checkWords(node.symbols, `symbol of ${node.name}`);
      break;
    case "fixed":
      if (node.size < 0) throw fault(`found ${node.name} of size ${node.size}; expected 0 or more`);
      break;
    case "union":
      if (node.branches.some(({ kind }) => kind === "union")) throw fault("found a union directly inside a union");
      if (new Set(node.tags).size < node.tags.length)
        throw fault(`found a union with a branch twice: ${node.tags.join(", ")}`);
      break;
  }
}

function checkWords(words: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const found of words) {
    if (!simpleName.test(found)) throw fault(`found the ${what} ${show(found)}, which is no name in Avro`);
    if (seen.has(found)) throw fault(`found the ${what} ${show(found)} twice`);
    seen.add(found);
  }
}

function messageOfFault(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\[[A-Z_]+\] /, "") : String(error);
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
