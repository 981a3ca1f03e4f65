/** Types in IDL, as the JSON schemas that they stand for. */
import { quoted } from "../../diagnostics-text.js";
import {
  JsonArray,
  JsonMember,
  type JsonNode,
  JsonNull,
  JsonNumber,
  JsonObject,
  type JsonParent,
  JsonString,
} from "../../json-node.js";
import { jsonLimits } from "../../json-source.js";
import { isPrimitiveName } from "../names.js";
import { type Annotation, annotate, readAnnotations } from "./annotations.js";
import { readNumber } from "./json-values.js";
import type { IdlToken, IdlTokens } from "./tokens.js";
import { addText, wordText } from "./word-texts.js";

/** Where a type stands. */
export interface TypePlace {
  readonly namespace: string;
  readonly parent: JsonParent | undefined;
  readonly depth: number;
}

/** A type, and whether `?` made it optional: then the place of null depends on the default. */
export interface IdlType {
  readonly node: JsonNode;
  /** Place of the `?`. */
  readonly optional: IdlToken | undefined;
}

/** Words that stand for a logical type. */
const logicalWords: { readonly [word: string]: readonly [base: string, logical: string] } = {
  date: ["int", "date"],
  time_ms: ["int", "time-millis"],
  timestamp_ms: ["long", "timestamp-millis"],
  local_timestamp_ms: ["long", "local-timestamp-millis"],
  uuid: ["string", "uuid"],
};

/** `@…` and a type. In a place without a default an optional type has null first. */
export function readWholeType(tokens: IdlTokens, place: TypePlace): JsonNode {
  return optional(tokens, readType(tokens, place), place.parent, true);
}

/** The union of an optional type: null first unless the default is of the type. */
export function optional(
  tokens: IdlTokens,
  { node, optional: mark }: IdlType,
  parent: JsonParent | undefined,
  isNullFirst: boolean,
): JsonNode {
  if (mark === undefined) return node;
  const union = new JsonArray({ source: tokens.source, start: node.start, parent });
  union.end = mark.end;
  const none = wordText(tokens, "null", mark, { node: union, step: isNullFirst ? 0 : 1 });
  union.items.push(...(isNullFirst ? [none, node] : [node, none]));
  return union;
}

export function readType(tokens: IdlTokens, place: TypePlace): IdlType {
  if (place.depth > jsonLimits.depth) {
    throw tokens.fault("IDL_TOO_DEEP", tokens.next, `types stand in each other more than ${jsonLimits.depth} deep`);
  }
  const { start } = tokens.next;
  const annotations = readAnnotations(tokens);
  const word = tokens.word("a type");
  const inner = { ...place, depth: place.depth + 1 };
  if (!word.isQuoted && (word.text === "array" || word.text === "map") && tokens.isMark("<")) {
    return plain(readCollection(tokens, word, start, annotations, inner));
  }
  if (!word.isQuoted && word.text === "union" && tokens.isMark("{"))
    return plain(readUnion(tokens, word, annotations, inner));
  const node = readSimple(tokens, word, start, annotations, place);
  const mark = tokens.isMark("?") ? tokens.take() : undefined;
  return { node, optional: mark };
}

function plain(node: JsonNode): IdlType {
  return { node, optional: undefined };
}

/** A primitive, a logical type or the name of a type. */
function readSimple(
  tokens: IdlTokens,
  word: IdlToken,
  start: number,
  annotations: readonly Annotation[],
  { namespace, parent }: TypePlace,
): JsonNode {
  const span = { source: tokens.source, start, parent };
  const isOwnWord = !word.isQuoted;
  const logical = isOwnWord && Object.hasOwn(logicalWords, word.text) ? logicalWords[word.text] : undefined;
  const isDecimal = isOwnWord && word.text === "decimal" && tokens.isMark("(");
  const isPrimitive = isOwnWord && isPrimitiveName(word.text);
  if (logical === undefined && !isDecimal && !isPrimitive) {
    if (annotations[0] !== undefined) {
      const text = `the annotation ${quoted(annotations[0].name)} stands on a use of ${quoted(word.text)}; it belongs to the definition`;
      throw tokens.fault("IDL_ANNOTATION", annotations[0], text, "For a field, write it after the type.");
    }
    return wordText(tokens, nameOf(tokens, word, namespace), word, parent);
  }
  if (isPrimitive && annotations.length === 0) return new JsonString(span, word.end, word.text);
  const object = new JsonObject(span);
  object.end = word.end;
  const [base, name] = logical ?? (isDecimal ? ["bytes", "decimal"] : [word.text, undefined]);
  addText(tokens, object, "type", base, word);
  if (name !== undefined) addText(tokens, object, "logicalType", name, word);
  if (isDecimal) object.end = readDecimal(tokens, object);
  annotate(tokens, object, annotations, typeWords);
  return object;
}

/** What annotations of a type in place may not say. */
const typeWords = ["type", "name", "namespace", "aliases", "doc", "fields", "symbols", "items", "values", "size"];

/** A word in backticks is a name, also where it is spelled like a primitive. */
function nameOf(tokens: IdlTokens, word: IdlToken, namespace: string): string {
  if (!isPrimitiveName(word.text)) return word.text;
  if (namespace !== "") return `${namespace}.${word.text}`;
  throw tokens.fault(
    "IDL_SYNTAX",
    word,
    `${quoted(word.text)} without a namespace is the primitive type`,
    "Write it without backticks.",
  );
}

function readDecimal(tokens: IdlTokens, object: JsonObject): number {
  tokens.take();
  const number = (name: string): void => {
    const { next } = tokens;
    if (next.kind !== "number") throw tokens.unexpected(`the ${name} of the decimal`);
    const value = readNumber(tokens, {
      source: tokens.source,
      start: next.start,
      parent: { node: object, step: name },
    });
    object.add(new JsonMember(name, value, next));
  };
  const start = tokens.next;
  number("precision");
  if (tokens.takes(",")) number("scale");
  const { end } = tokens.expect(")", "after the decimal");
  checkDecimal(tokens, object, { start: start.start, end });
  return end;
}

/** In IDL a decimal is a word of the language, so an invalid one is a fault, where JSON has an attribute without effect. */
function checkDecimal(
  tokens: IdlTokens,
  object: JsonObject,
  at: { readonly start: number; readonly end: number },
): void {
  const integer = (name: string): bigint | undefined => {
    const node = object.get(name);
    return node === undefined ? 0n : node instanceof JsonNumber ? node.integer : undefined;
  };
  const [precision, scale] = [integer("precision"), integer("scale")];
  if (
    precision === undefined ||
    scale === undefined ||
    precision < 1n ||
    precision >= 2n ** 31n ||
    scale < 0n ||
    scale > precision
  ) {
    throw tokens.fault(
      "IDL_SYNTAX",
      at,
      "the decimal has no legal precision and scale; expected a precision from 1, and a scale from 0 to the precision",
    );
  }
}

function readCollection(
  tokens: IdlTokens,
  word: IdlToken,
  start: number,
  annotations: readonly Annotation[],
  { namespace, parent, depth }: TypePlace,
): JsonObject {
  const object = new JsonObject({ source: tokens.source, start, parent });
  const step = word.text === "array" ? "items" : "values";
  addText(tokens, object, "type", word.text, word);
  tokens.take();
  const part = tokens.next;
  const inner = readWholeType(tokens, { namespace, parent: { node: object, step }, depth });
  object.add(new JsonMember(step, inner, part));
  object.end = tokens.expect(">", `after the ${step} of the ${word.text}`).end;
  annotate(tokens, object, annotations, typeWords);
  return object;
}

function readUnion(tokens: IdlTokens, word: IdlToken, annotations: readonly Annotation[], place: TypePlace): JsonArray {
  if (annotations[0] !== undefined) {
    throw tokens.fault(
      "IDL_ANNOTATION",
      annotations[0],
      "a union has no attributes",
      "Write the annotation before one of its types.",
    );
  }
  const array = new JsonArray({ source: tokens.source, start: word.start, parent: place.parent });
  tokens.take();
  do array.items.push(readWholeType(tokens, { ...place, parent: { node: array, step: array.items.length } }));
  while (tokens.takes(","));
  array.end = tokens.expect("}", "after the types of the union").end;
  return array;
}

/** Whether a default is there and is not null. */
export function isValue(node: JsonNode | undefined): boolean {
  return node !== undefined && !(node instanceof JsonNull);
}
