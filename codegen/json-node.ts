/** Nodes of a JSON text that know where they stand. */
import type { ExactJson } from "../runtime/schema/type.js";
import type { SourceRef } from "./diagnostics.js";
import { quoted } from "./diagnostics-text.js";
import type { SourceText } from "./source-text.js";

export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull;

/** The node that holds a node, and its name or index there; a root has none. */
export interface JsonParent {
  readonly node: JsonObject | JsonArray;
  readonly step: string | number;
}

/** Where a node was found. */
export interface JsonSpan {
  readonly source: SourceText;
  readonly start: number;
  readonly parent: JsonParent | undefined;
}

abstract class Placed {
  readonly source: SourceText;
  readonly start: number;
  readonly parent: JsonParent | undefined;
  /** Offset after the last character; set when the node is complete. */
  end: number;
  #pointer: string | undefined;

  constructor(span: JsonSpan, end = span.start) {
    this.source = span.source;
    this.start = span.start;
    this.parent = span.parent;
    this.end = end;
  }

  /** RFC 6901 pointer to this value. Kept, so that the pointers of a deep text share their beginnings. */
  get pointer(): string {
    this.#pointer ??= this.parent === undefined ? "" : `${this.parent.node.pointer}/${escapeStep(this.parent.step)}`;
    return this.#pointer;
  }

  /** The place, computed anew at each call: most nodes are never asked. */
  get at(): SourceRef {
    return this.source.ref(this.pointer, this.start, this.end);
  }
}

/** One member of an object, as it stands in the text. */
export class JsonMember {
  readonly name: string;
  readonly value: JsonNode;
  /** Offset of the name's opening quote. */
  readonly start: number;
  readonly end: number;

  constructor(name: string, value: JsonNode, nameSpan: { readonly start: number; readonly end: number }) {
    this.name = name;
    this.value = value;
    this.start = nameSpan.start;
    this.end = nameSpan.end;
  }

  /** The place of the name; its pointer is the value's. */
  get nameAt(): SourceRef {
    return this.value.source.ref(this.value.pointer, this.start, this.end);
  }
}

export class JsonObject extends Placed {
  readonly kind = "object";
  readonly #members = new Map<string, JsonMember>();

  /** Each name once, in order of first appearance; of duplicate ones the last, as `JSON.parse` and Java take it. */
  get members(): readonly JsonMember[] {
    return [...this.#members.values()];
  }

  /** The value of a member. */
  get(name: string): JsonNode | undefined {
    return this.#members.get(name)?.value;
  }

  member(name: string): JsonMember | undefined {
    return this.#members.get(name);
  }

  /** For the parser only. Gives the member that had the name before. */
  add(member: JsonMember): JsonMember | undefined {
    const earlier = this.#members.get(member.name);
    this.#members.set(member.name, member);
    return earlier;
  }
}

export class JsonArray extends Placed {
  readonly kind = "array";
  readonly items: JsonNode[] = [];
}

export class JsonString extends Placed {
  readonly kind = "string";
  readonly value: string;

  constructor(span: JsonSpan, end: number, value: string) {
    super(span, end);
    this.value = value;
  }
}

export class JsonNumber extends Placed {
  readonly kind = "number";

  /** The number as it is written. */
  get text(): string {
    return this.source.text.slice(this.start, this.end);
  }

  /** Exact value of a number written without point and exponent. */
  get integer(): bigint | undefined {
    return /^-?\d+$/.test(this.text) ? BigInt(this.text) : undefined;
  }

  /** Nearest double; infinite beyond its range. */
  get double(): number {
    return Number(this.text);
  }
}

export class JsonBoolean extends Placed {
  readonly kind = "boolean";
  readonly value: boolean;

  constructor(span: JsonSpan, end: number, value: boolean) {
    super(span, end);
    this.value = value;
  }
}

export class JsonNull extends Placed {
  readonly kind = "null";
}

/** The node as `JSON.parse` would give it, but integers with all their digits. `__proto__` is a member like any other. */
export function jsonValueOf(node: JsonNode): ExactJson {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map((member) => [member.name, jsonValueOf(member.value)]));
    case "array":
      return node.items.map(jsonValueOf);
    case "number":
      return node.integer === undefined || Object.is(node.double, -0) ? node.double : exactInteger(node.integer);
    case "null":
      return null;
    default:
      return node.value;
  }
}

/** As a number where it holds the integer exactly. */
export function exactInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** What a reader sees: `an object`, `the number 12`, `"text"`; shortened, for the text of a diagnostic. */
export function describeJson(node: JsonNode): string {
  switch (node.kind) {
    case "object":
      return node.members.length === 0 ? "{}" : "an object";
    case "array":
      return node.items.length === 0 ? "[]" : "an array";
    case "string":
      return quoted(node.value);
    case "number":
      return node.text.length > 40 ? `a number of ${node.text.length} characters` : `the number ${node.text}`;
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
  }
}

function escapeStep(step: string | number): string | number {
  return typeof step === "string" && /[~/]/.test(step) ? step.replaceAll("~", "~0").replaceAll("/", "~1") : step;
}
