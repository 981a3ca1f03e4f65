/** Definitions of named types: `fixed`, `enum`, `record` and `error`. */
import { JsonArray, JsonMember, JsonObject, type JsonParent, JsonString } from "../../json-node.js";
import { annotate, type Lead, readAnnotations } from "./annotations.js";
import { readNumber } from "./json-values.js";
import type { IdlTokens } from "./tokens.js";
import { readType } from "./types.js";
import { readVariable } from "./variable.js";
import { addText, wordText } from "./word-texts.js";

const definitionWords = ["fixed", "enum", "record", "error"] as const;
/** What annotations of a definition may not say. */
const definitionReserved = ["type", "name", "doc", "fields", "symbols", "items", "values", "size"];

/** Whether the next word begins a definition, what stands before it aside. */
export function isDefinition(tokens: IdlTokens): boolean {
  return definitionWords.some((word) => tokens.isWord(word));
}

/** @param namespace The one in force around it. */
export function readDefinition(
  tokens: IdlTokens,
  { start, annotations }: Lead,
  namespace: string,
  parent: JsonParent | undefined,
): JsonObject {
  const word = definitionWords.find((known) => tokens.isWord(known));
  if (word === undefined) throw tokens.unexpected("record, error, enum, fixed or import");
  const object = new JsonObject({ source: tokens.source, start: start.start, parent });
  addText(tokens, object, "type", word, tokens.take());
  const name = tokens.word(`the name of the ${word}`);
  addText(tokens, object, "name", name.text, name);
  annotate(tokens, object, annotations, word === "enum" ? [...definitionReserved, "default"] : definitionReserved);
  if (start.doc !== undefined) addText(tokens, object, "doc", start.doc, start);
  if (word === "fixed") readFixed(tokens, object);
  else if (word === "enum") readEnum(tokens, object);
  else readRecord(tokens, object, namespaceOf(object, name.text, namespace));
  return object;
}

/** The namespace that a definition or a protocol brings: that of its dotted name, or else its own, or else the outer one. */
export function namespaceOf(object: JsonObject, name: string, outer: string): string {
  const dot = name.lastIndexOf(".");
  if (dot >= 0) return name.slice(0, dot);
  const own = object.get("namespace");
  return own instanceof JsonString ? own.value : outer;
}

function readFixed(tokens: IdlTokens, object: JsonObject): void {
  tokens.expect("(", "after the name of the fixed");
  const { next } = tokens;
  if (next.kind !== "number") throw tokens.unexpected("the size of the fixed");
  const size = readNumber(tokens, {
    source: tokens.source,
    start: next.start,
    parent: { node: object, step: "size" },
  });
  object.add(new JsonMember("size", size, next));
  tokens.expect(")", "after the size");
  object.end = tokens.expect(";", "after the fixed").end;
}

/** Comments and annotations of symbols are read and left: Avro has no place for them. */
function readEnum(tokens: IdlTokens, object: JsonObject): void {
  const brace = tokens.expect("{", "after the name of the enum");
  const symbols = new JsonArray({
    source: tokens.source,
    start: brace.start,
    parent: { node: object, step: "symbols" },
  });
  if (!tokens.isMark("}")) {
    do {
      readAnnotations(tokens);
      const symbol = tokens.word("a symbol");
      symbols.items.push(wordText(tokens, symbol.text, symbol, { node: symbols, step: symbols.items.length }));
    } while (tokens.takes(","));
  }
  symbols.end = tokens.expect("}", "after the symbols").end;
  object.add(new JsonMember("symbols", symbols, brace));
  object.end = symbols.end;
  if (!tokens.takes("=")) return;
  const symbol = tokens.word("the default symbol");
  addText(tokens, object, "default", symbol.text, symbol);
  object.end = tokens.expect(";", "after the default symbol").end;
}

function readRecord(tokens: IdlTokens, object: JsonObject, namespace: string): void {
  const brace = tokens.expect("{", "after the name of the record");
  const fields = new JsonArray({
    source: tokens.source,
    start: brace.start,
    parent: { node: object, step: "fields" },
  });
  while (!tokens.isMark("}")) {
    const { doc } = tokens.next;
    const type = readType(tokens, { namespace, parent: undefined, depth: 0 });
    do {
      const parent = { node: fields, step: fields.items.length };
      fields.items.push(readVariable(tokens, { type, doc, parent, what: "a field" }));
    } while (tokens.takes(","));
    tokens.expect(";", "after the field");
  }
  fields.end = tokens.take().end;
  object.add(new JsonMember("fields", fields, brace));
  object.end = fields.end;
}
