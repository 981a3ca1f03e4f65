/** Names of Avro 1.12, section "Names": letters, digits and `_` of ASCII, joined by dots to full names. */
import type { PrimitiveName } from "./model.js";

const primitiveNames: ReadonlySet<string> = new Set<PrimitiveName>([
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
]);

/** Words that begin a complex type; they are no reserved names, but name nothing by themselves. */
export const complexWords = ["record", "error", "enum", "fixed", "array", "map"] as const;
export type ComplexWord = (typeof complexWords)[number];

export function isPrimitiveName(text: string): text is PrimitiveName {
  return primitiveNames.has(text);
}

export function isComplexWord(text: string): text is ComplexWord {
  return complexWords.some((word) => word === text);
}

export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** Whether every part between dots is a name; the empty namespace is legal. */
export function isNamespace(text: string): boolean {
  return text === "" || text.split(".").every(isName);
}

export interface FullName {
  readonly fullName: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The name that a definition takes where `namespace` is in force. A dotted name brings its own namespace; a leading dot
 * stands for the empty one, as in Java.
 */
export function fullNameOf(text: string, namespace: string): FullName {
  const dot = text.lastIndexOf(".");
  const name = text.slice(dot + 1);
  const space = dot < 0 ? namespace : text.slice(0, dot);
  return { fullName: space === "" ? name : `${space}.${name}`, namespace: space, name };
}

/** The full name that a reference means where `namespace` is in force: "if they contain a dot they are a fullname". */
export function referencedName(text: string, namespace: string): string {
  return namespace === "" || text.includes(".") ? text : `${namespace}.${text}`;
}

/** The nearest legal name, in a sentence. */
export function nameCure(text: string): string {
  const rule = "Names are letters of ASCII, digits and _, and begin with no digit";
  if (text.length > 100) return `${rule}.`;
  const parts = text.split(".").map((part) => part.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(?=\d|$)/, "_"));
  return `${rule}: ${parts.join(".")} would be one.`;
}
