/** What stands before a type, a definition, a variable or a message: a documentation comment, and annotations, `@name(value)`. */
import { quoted } from "../../diagnostics-text.js";
import { JsonMember, type JsonNode, type JsonObject } from "../../json-node.js";
import { readValue } from "./json-values.js";
import type { IdlToken, IdlTokens } from "./tokens.js";

/** An annotation: `@name(value)`. */
export interface Annotation {
  readonly name: string;
  readonly value: JsonNode;
  readonly start: number;
  readonly end: number;
}

/** What stands before a definition or message. */
export interface Lead {
  /** The first word of it, or of what follows; its documentation comment counts. */
  readonly start: IdlToken;
  readonly annotations: readonly Annotation[];
}

export function readLead(tokens: IdlTokens): Lead {
  const start = tokens.next;
  return { start, annotations: readAnnotations(tokens) };
}

/** Annotations before something; the documentation comment that counts is that of the first word. */
export function readAnnotations(tokens: IdlTokens): readonly Annotation[] {
  const found: Annotation[] = [];
  while (tokens.isMark("@")) {
    const { start } = tokens.take();
    const name = tokens.word("the name of an annotation");
    tokens.expect("(", "after the name of the annotation");
    const value = readValue(tokens, undefined);
    const { end } = tokens.expect(")", "after the value of the annotation");
    found.push({ name: name.text, value, start, end });
  }
  return found;
}

/** Puts annotations into an object, except those that say what its own words say. */
export function annotate(
  tokens: IdlTokens,
  object: JsonObject,
  annotations: readonly Annotation[],
  reserved: readonly string[],
): void {
  for (const annotation of annotations) {
    const { name, value } = annotation;
    if (reserved.includes(name)) {
      const text = `the annotation ${quoted(name)} would say what IDL has its own words for`;
      throw tokens.fault("IDL_ANNOTATION", annotation, text, "Remove it.");
    }
    object.add(new JsonMember(name, value, annotation));
  }
}
