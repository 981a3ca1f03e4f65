/** What the readers of one run share: definitions, references to check later, and the faults found so far. */
import type { Diagnostic, SourceRef } from "../diagnostics.js";
import { listed, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonNode, type JsonObject } from "../json-node.js";
import type { SchemaCode } from "./codes.js";
import type { Definition, FieldDraft } from "./draft.js";
import type { EnumType, NamedType, Schema } from "./model.js";

/** A use of a name. */
export interface Use {
  readonly fullName: string;
  readonly at: SourceRef;
  /** Whose type it is: `field status of bank.Account`. */
  readonly subject: string;
  /** The name as it is written. */
  readonly written: string;
}

/** Where a schema stands: the namespace in force, and whose type it is, for texts. */
export interface Context {
  readonly namespace: string;
  readonly subject: string;
  /** Within a definition whose name is taken: names that are taken too are no news. */
  readonly isCopy?: boolean;
}

/** Reads the schema of a part; given to readers of parts, since schemas hold definitions and these hold schemas. */
export type ReadPart = (reading: Reading, node: JsonNode, context: Context) => Schema | undefined;

/** What every definition has beside its body. */
export type Head = Pick<EnumType, "at" | "fullName" | "namespace" | "name" | "aliases" | "doc">;

/** What the readers of bodies get. */
export interface NamedBody {
  readonly head: Head;
  /** Attributes that are no others. */
  readonly understood: readonly string[];
  /** The type's name as texts show it. */
  readonly owner: string;
}

/** Faults that one run reports at most; a broken file of megabytes could have as many as it has values. */
export const faultLimit = 10_000;

export class Reading {
  /** Types of before, for schemas that stand in a definition file. */
  readonly known: ReadonlyMap<string, NamedType>;
  /** By full name, in order of appearance. */
  readonly definitions = new Map<string, Definition>();
  readonly uses: Use[] = [];
  /** Requests and errors of messages, to check when every type is known. */
  readonly parameters: { readonly owner: string; readonly fields: readonly FieldDraft[] }[] = [];
  readonly errors: { readonly subject: string; readonly branches: readonly Schema[] }[] = [];
  readonly diagnostics: Diagnostic[] = [];

  constructor(known: ReadonlyMap<string, NamedType> = new Map()) {
    this.known = known;
  }

  /** Reports a fault, up to `faultLimit` of them; gives undefined, for `return reading.fault(…)`. */
  fault(code: SchemaCode, at: SourceRef, text: string, suggestion?: string): undefined {
    if (this.diagnostics.length >= faultLimit) return undefined;
    this.diagnostics.push({ at, code, text, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  }

  /** The place where a type is defined. */
  placeOf(fullName: string): SourceRef | undefined {
    return this.known.get(fullName)?.at ?? this.definitions.get(fullName)?.at;
  }

  /** The value of a required attribute. */
  required(object: JsonObject, name: string, owner: string): JsonNode | undefined {
    const node = object.get(name);
    return node ?? this.fault("AVRO_MISSING", object.at, `${owner} has no ${quoted(name)}`);
  }

  /** An attribute that must be an array of texts if it is there. */
  texts(object: JsonObject, name: string, owner: string): { readonly value: string; readonly at: SourceRef }[] {
    const node = object.get(name);
    if (node === undefined) return [];
    if (node.kind !== "array") {
      this.wrongKind(node, `${quoted(name)} of ${owner}`, ["an array of texts"]);
      return [];
    }
    return node.items.flatMap((item) => {
      if (item.kind === "string") return [{ value: item.value, at: item.at }];
      this.wrongKind(item, `an item of ${quoted(name)} of ${owner}`, ["a text"]);
      return [];
    });
  }

  wrongKind(node: JsonNode, what: string, expected: readonly string[]): undefined {
    return this.fault("AVRO_ATTRIBUTE", node.at, `${what} is ${describeJson(node)}; expected ${listed(expected)}`);
  }
}
