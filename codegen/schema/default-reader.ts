/**
 * Resolves the JSON of a default against a type. JSON stands for a value as the specification's table says: a union as
 * a value of one of its branches, untagged; a record's members that are absent by the defaults of its fields.
 */
import { excerpt, listed, quoted } from "../diagnostics-text.js";
import type { JsonArray, JsonNode, JsonObject } from "../json-node.js";
import { misfit, type Outcome } from "./default-outcome.js";
import { readEnumDefault, readFixedDefault, readPrimitiveDefault } from "./default-scalar.js";
import type { FieldDraft, TypeDraft } from "./draft.js";
import type { DefaultValue, Field, NamedType, Schema, UnionSchema } from "./model.js";
import { branchName } from "./read.js";
import type { Reading } from "./reading.js";

/** Bounds against defaults that are small to write and huge to read. */
export const defaultLimits = {
  /** Values within each other. */
  depth: 200,
  /** Values that one default stands for, those included that its records' fields add by their own defaults. */
  values: 100_000,
  /** Values looked at in one run; each branch of a union that is tried looks again. */
  steps: 2_000_000,
} as const;

type AnyField = Field | FieldDraft;

/** How deep a value is and how many values it holds, itself counted. */
interface Measure {
  readonly depth: number;
  readonly size: number;
}

/** Parts of a value, or what ended the reading of them. */
type Parts =
  | (Measure & { readonly ended?: undefined; readonly values: readonly DefaultValue[] })
  | { readonly ended: Outcome };

const tooDeep: Outcome = { kind: "limit", text: `it is more than ${defaultLimits.depth} values deep` };

/** Reads the defaults of one run, each once. */
export class DefaultReader {
  readonly #reading: Reading;
  readonly #outcomes = new Map<FieldDraft, Outcome>();
  readonly #open = new Set<FieldDraft>();
  readonly #measures = new Map<DefaultValue, Measure>();
  #steps = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** A field's own default; a union takes the first of its branches that fits. `depth` counts the values around it. */
  ofField(field: FieldDraft, node: JsonNode, depth = 0): Outcome {
    const known = this.#outcomes.get(field);
    if (known !== undefined) return bounded(known, depth);
    if (this.#open.has(field)) return { kind: "limit", text: "it holds itself without end" };
    this.#open.add(field);
    const { type } = field;
    const outcome = type.kind === "union" ? this.#anyBranch(node, type, depth) : this.#value(node, type, depth);
    this.#open.delete(field);
    // A limit that was met within another default may be that one's fault.
    if (depth === 0 || outcome.kind !== "limit") this.#outcomes.set(field, outcome);
    return outcome;
  }

  #value(node: JsonNode, schema: Schema, depth: number): Outcome {
    if (depth >= defaultLimits.depth) return tooDeep;
    if (++this.#steps > defaultLimits.steps)
      return { kind: "limit", text: "the defaults of these schemas take too long to check" };
    switch (schema.kind) {
      case "primitive":
        return readPrimitiveDefault(node, schema.name);
      case "array":
        return node.kind === "array" ? this.#array(node, schema.items, depth) : misfit(node, "an array");
      case "map":
        return node.kind === "object" ? this.#map(node, schema.values, depth) : misfit(node, "an object, for a map");
      case "union":
        return this.#firstBranch(node, schema, depth);
      case "reference":
        return this.#named(node, schema.fullName, depth);
    }
  }

  #named(node: JsonNode, fullName: string, depth: number): Outcome {
    const type = this.#typeOf(fullName);
    switch (type?.kind) {
      case undefined:
        return { kind: "told" };
      case "enum":
        return readEnumDefault(node, type);
      case "fixed":
        return readFixedDefault(node, type);
      case "record":
        return node.kind === "object" ? this.#record(node, type, depth) : misfit(node, `an object, for ${fullName}`);
    }
  }

  #typeOf(fullName: string): NamedType | TypeDraft | undefined {
    return this.#reading.known.get(fullName) ?? this.#reading.definitions.get(fullName)?.draft;
  }

  #array(node: JsonArray, items: Schema, depth: number): Outcome {
    const parts = collect(node.items, (item) => this.#value(item, items, depth + 1));
    return parts.ended ?? whole({ kind: "array", items: parts.values }, parts, depth);
  }

  #map(node: JsonObject, values: Schema, depth: number): Outcome {
    const { members } = node;
    const parts = collect(members, (member) => this.#value(member.value, values, depth + 1));
    if (parts.ended !== undefined) return parts.ended;
    const entries = parts.values.map((value, index) => [members[index]?.name ?? "", value] as const);
    return whole({ kind: "map", entries }, parts, depth);
  }

  #record(node: JsonObject, { fields }: { readonly fields: readonly AnyField[] }, depth: number): Outcome {
    const parts = collect(fields, (field) => {
      const member = node.get(field.name);
      return member === undefined ? this.#absent(node, field, depth + 1) : this.#value(member, field.type, depth + 1);
    });
    return parts.ended ?? whole({ kind: "record", fields: parts.values }, parts, depth);
  }

  /** A field that the JSON leaves out. Its own fault is told where it stands. */
  #absent(record: JsonObject, field: AnyField, depth: number): Outcome {
    if (!("defaultNode" in field)) return this.#resolved(record, field, depth);
    if (field.defaultNode === undefined) return noDefault(record, field);
    const outcome = this.ofField(field, field.defaultNode, depth);
    return outcome.kind === "misfit" ? { kind: "told" } : outcome;
  }

  #resolved(record: JsonObject, field: Field, depth: number): Outcome {
    if (field.default === undefined) return noDefault(record, field);
    return bounded({ kind: "value", value: field.default, ...this.#measure(field.default) }, depth);
  }

  /** Defaults share parts, so each is measured once. */
  #measure(value: DefaultValue): Measure {
    const known = this.#measures.get(value);
    if (known !== undefined) return known;
    const parts = partsOf(value).map((part) => this.#measure(part));
    const depth = 1 + parts.reduce((deepest, part) => Math.max(deepest, part.depth), 0);
    const measure = { depth, size: parts.reduce((size, part) => size + part.size, 1) };
    this.#measures.set(value, measure);
    return measure;
  }

  /** "The type of the default value must match with one element of the union"; "the first schema that matches" is taken. */
  #anyBranch(node: JsonNode, union: UnionSchema, depth: number): Outcome {
    const deeper: Outcome[] = [];
    for (const [branch, schema] of union.branches.entries()) {
      const outcome = this.#value(node, schema, depth);
      if (outcome.kind === "value") return { ...outcome, value: { kind: "union", branch, value: outcome.value } };
      if (outcome.kind !== "misfit") return outcome;
      if (outcome.node !== node) deeper.push(outcome);
    }
    const [only] = deeper;
    if (only !== undefined && deeper.length === 1) return only;
    return misfit(node, union.branches.length === 0 ? "no default: the union has no branches" : branchList(union));
  }

  /** Within a default a union takes its first branch: the corpus reads the rule on "one element" for fields alone. */
  #firstBranch(node: JsonNode, union: UnionSchema, depth: number): Outcome {
    const [first] = union.branches;
    if (first === undefined) return misfit(node, "nothing: the union has no branches");
    const outcome = this.#value(node, first, depth);
    if (outcome.kind === "value") return { ...outcome, value: { kind: "union", branch: 0, value: outcome.value } };
    if (outcome.kind !== "misfit" || outcome.node !== node) return outcome;
    return misfit(node, `${outcome.expected}: within a default a union takes its first branch`);
  }
}

function branchList(union: UnionSchema): string {
  return `a value of ${excerpt(listed(union.branches.map(branchName)))}`;
}

function noDefault(record: JsonObject, field: AnyField): Outcome {
  return misfit(record, `a member ${quoted(field.name)}, since that field has no default`);
}

function partsOf(value: DefaultValue): readonly DefaultValue[] {
  switch (value.kind) {
    case "array":
      return value.items;
    case "map":
      return value.entries.map(([, entry]) => entry);
    case "record":
      return value.fields;
    case "union":
      return [value.value];
    default:
      return [];
  }
}

/** Reads parts until one has no value. */
function collect<T>(parts: readonly T[], read: (part: T) => Outcome): Parts {
  const values: DefaultValue[] = [];
  let depth = 0;
  let size = 0;
  for (const part of parts) {
    const outcome = read(part);
    if (outcome.kind !== "value") return { ended: outcome };
    values.push(outcome.value);
    depth = Math.max(depth, outcome.depth);
    size += outcome.size;
  }
  return { values, depth, size };
}

function whole(value: DefaultValue, parts: Measure, depth: number): Outcome {
  return bounded({ kind: "value", value, depth: parts.depth + 1, size: parts.size + 1 }, depth);
}

function bounded(outcome: Outcome, depth: number): Outcome {
  if (outcome.kind !== "value") return outcome;
  if (outcome.size > defaultLimits.values) {
    return { kind: "limit", text: `it stands for more than ${defaultLimits.values} values` };
  }
  if (depth + outcome.depth > defaultLimits.depth) return tooDeep;
  return outcome;
}
