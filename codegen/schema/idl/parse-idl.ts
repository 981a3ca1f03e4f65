/**
 * Reads an Avro IDL text as the JSON that it stands for, every part with its place in the text: what is legal in it is then
 * judged by the readers of JSON schemas. One syntax fault ends the file.
 *
 * Source: Avro 1.12 specification, "IDL Language".
 */
import type { Diagnostic, SourceFile } from "../../diagnostics.js";
import { quoted } from "../../diagnostics-text.js";
import {
  JsonArray,
  JsonBoolean,
  JsonMember,
  type JsonNode,
  JsonObject,
  type JsonParent,
  JsonString,
} from "../../json-node.js";
import { jsonLimits } from "../../json-source.js";
import { decodeSource } from "../../source-text.js";
import { readNumber, readValue, textOf } from "./json-values.js";
import { IdlFault, type IdlToken, IdlTokens } from "./tokens.js";
import {
  type Annotation,
  addText,
  annotate,
  type IdlType,
  isValue,
  optional,
  readAnnotations,
  readType,
  readWholeType,
} from "./types.js";

/** A file that an IDL text imports. */
export interface IdlImport {
  readonly path: string;
  /** The text that names it. */
  readonly node: JsonString;
}

export interface IdlSource {
  /** A protocol, as `.avpr` has it. */
  readonly protocol: JsonObject | undefined;
  /** Of the schema syntax: the namespace in force, the definitions, and the schema that the file is. */
  readonly namespace: string;
  readonly types: readonly JsonObject[];
  readonly main: JsonNode | undefined;
  readonly imports: readonly IdlImport[];
  readonly diagnostics: readonly Diagnostic[];
}

const nothing: IdlSource = {
  protocol: undefined,
  namespace: "",
  types: [],
  main: undefined,
  imports: [],
  diagnostics: [],
};

/** Never throws. */
export function parseIdl(file: SourceFile): IdlSource {
  if (file.bytes.length > jsonLimits.bytes) {
    const at = { file: file.file, pointer: "", line: 1, column: 1, length: 1 };
    const text = `the file has ${file.bytes.length} bytes; at most ${jsonLimits.bytes} are read`;
    return {
      ...nothing,
      diagnostics: [{ at, code: "IDL_TOO_LARGE", text, suggestion: "Split it into several files." }],
    };
  }
  const { source, diagnostic } = decodeSource(file, "IDL");
  if (source === undefined) return { ...nothing, diagnostics: [diagnostic] };
  try {
    return new IdlParser(new IdlTokens(source)).file();
  } catch (fault) {
    if (fault instanceof IdlFault) return { ...nothing, diagnostics: [fault.diagnostic] };
    throw fault;
  }
}

/** What stands before a definition or message. */
interface Lead {
  readonly start: IdlToken;
  readonly annotations: readonly Annotation[];
}

const definitionWords = ["fixed", "enum", "record", "error"] as const;
/** What annotations of a definition may not say. */
const definitionReserved = ["type", "name", "doc", "fields", "symbols", "items", "values", "size"];

class IdlParser {
  readonly #tokens: IdlTokens;
  readonly #imports: IdlImport[] = [];
  readonly #types: JsonObject[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  #namespace = "";

  constructor(tokens: IdlTokens) {
    this.#tokens = tokens;
  }

  file(): IdlSource {
    const tokens = this.#tokens;
    const lead = this.#lead();
    let protocol: JsonObject | undefined;
    let main: JsonNode | undefined;
    if (tokens.isWord("protocol")) protocol = this.#protocol(lead);
    else {
      if (lead.annotations.length === 0) main = this.#head();
      else this.#definition(lead);
      while (tokens.next.kind !== "end") this.#importOrDefinition();
    }
    if (tokens.next.kind !== "end") throw tokens.unexpected("the end of the file after the protocol");
    const parts = { imports: this.#imports, types: this.#types, diagnostics: this.#diagnostics };
    return { protocol, main, namespace: this.#namespace, ...parts };
  }

  /** `namespace …;` and `schema …;`, either may be absent. */
  #head(): JsonNode | undefined {
    const tokens = this.#tokens;
    if (tokens.isWord("namespace")) {
      tokens.take();
      this.#namespace = tokens.word("the namespace").text;
      tokens.expect(";", "after the namespace");
    }
    if (!tokens.isWord("schema")) return undefined;
    tokens.take();
    const main = readWholeType(tokens, { namespace: this.#namespace, parent: undefined, depth: 0 });
    tokens.expect(";", "after the schema");
    return main;
  }

  #lead(): Lead {
    const start = this.#tokens.next;
    return { start, annotations: readAnnotations(this.#tokens) };
  }

  #importOrDefinition(): void {
    if (this.#tokens.isWord("import")) this.#import();
    else this.#definition(this.#lead());
  }

  #import(): void {
    const tokens = this.#tokens;
    tokens.take();
    if (!["schema", "protocol", "idl"].some((kind) => tokens.isWord(kind))) {
      throw tokens.unexpected("schema, protocol or idl after import");
    }
    tokens.take();
    const { next } = tokens;
    if (next.kind !== "text") throw tokens.unexpected("the path of a file in double quotes");
    const path = textOf(tokens, tokens.take());
    this.#imports.push({
      path,
      node: new JsonString({ source: tokens.source, start: next.start, parent: undefined }, next.end, path),
    });
    tokens.expect(";", "after the import");
  }

  #protocol({ start, annotations }: Lead): JsonObject {
    const tokens = this.#tokens;
    const protocol = new JsonObject({ source: tokens.source, start: start.start, parent: undefined });
    tokens.take();
    const name = tokens.word("the name of the protocol");
    addText(tokens, protocol, "protocol", name.text, name);
    annotate(tokens, protocol, annotations, ["protocol", "doc", "types", "messages", "name"]);
    if (start.doc !== undefined) addText(tokens, protocol, "doc", start.doc, start);
    // Types that are named in it stand in its namespace.
    this.#namespace = namespaceOf(name.text, textMember(protocol, "namespace") ?? "");
    const messages = new JsonObject({
      source: tokens.source,
      start: start.start,
      parent: { node: protocol, step: "messages" },
    });
    const types = new JsonArray({
      source: tokens.source,
      start: start.start,
      parent: { node: protocol, step: "types" },
    });
    tokens.expect("{", "after the name of the protocol");
    while (!tokens.isMark("}")) {
      if (tokens.isWord("import")) {
        this.#import();
        continue;
      }
      const lead = this.#lead();
      if (definitionWords.some((word) => tokens.isWord(word))) this.#definition(lead, types);
      else this.#message(lead, messages);
    }
    types.items.push(...this.#types);
    protocol.end = tokens.take().end;
    protocol.add(new JsonMember("types", types, start));
    protocol.add(new JsonMember("messages", messages, start));
    return protocol;
  }

  #definition({ start, annotations }: Lead, list?: JsonArray): void {
    const tokens = this.#tokens;
    const word = definitionWords.find((known) => tokens.isWord(known));
    if (word === undefined) {
      const isMessage = list !== undefined;
      throw tokens.unexpected(isMessage ? "a definition or a message" : "record, error, enum, fixed or import");
    }
    const parent = list === undefined ? undefined : { node: list, step: this.#types.length };
    const object = new JsonObject({ source: tokens.source, start: start.start, parent });
    addText(tokens, object, "type", word, tokens.take());
    const name = tokens.word(`the name of the ${word}`);
    addText(tokens, object, "name", name.text, name);
    annotate(tokens, object, annotations, word === "enum" ? [...definitionReserved, "default"] : definitionReserved);
    if (start.doc !== undefined) addText(tokens, object, "doc", start.doc, start);
    const space = namespaceOf(name.text, textMember(object, "namespace") ?? this.#namespace);
    if (word === "fixed") this.#fixed(object);
    else if (word === "enum") this.#enum(object);
    else this.#record(object, space);
    this.#types.push(object);
  }

  #fixed(object: JsonObject): void {
    const tokens = this.#tokens;
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
  #enum(object: JsonObject): void {
    const tokens = this.#tokens;
    const brace = tokens.expect("{", "after the name of the enum");
    const symbols = new JsonArray({
      source: tokens.source,
      start: brace.start,
      parent: { node: object, step: "symbols" },
    });
    if (!tokens.isMark("}")) {
      do {
        readAnnotations(tokens);
        const { text, start, end } = tokens.word("a symbol");
        symbols.items.push(
          new JsonString(
            { source: tokens.source, start, parent: { node: symbols, step: symbols.items.length } },
            end,
            text,
          ),
        );
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

  #record(object: JsonObject, namespace: string): void {
    const tokens = this.#tokens;
    const brace = tokens.expect("{", "after the name of the record");
    const fields = new JsonArray({
      source: tokens.source,
      start: brace.start,
      parent: { node: object, step: "fields" },
    });
    while (!tokens.isMark("}")) {
      const { doc } = tokens.next;
      const type = readType(tokens, { namespace, parent: undefined, depth: 0 });
      do fields.items.push(this.#variable(type, doc, { node: fields, step: fields.items.length }, definitionField));
      while (tokens.takes(","));
      tokens.expect(";", "after the field");
    }
    fields.end = tokens.take().end;
    object.add(new JsonMember("fields", fields, brace));
    object.end = fields.end;
  }

  /** `@… name = default`; the comment before the type counts where the variable has none. */
  #variable(type: IdlType, doc: string | undefined, parent: JsonParent, what: string): JsonObject {
    const tokens = this.#tokens;
    const start = tokens.next;
    const annotations = readAnnotations(tokens);
    const name = tokens.word(`the name of ${what}`);
    const field = new JsonObject({ source: tokens.source, start: start.start, parent });
    addText(tokens, field, "name", name.text, name);
    field.end = name.end;
    annotate(tokens, field, annotations, ["name", "type", "doc", "default"]);
    let standard: JsonNode | undefined;
    if (tokens.takes("=")) {
      const { next } = tokens;
      standard = readValue(tokens, { node: field, step: "default" });
      field.add(new JsonMember("default", standard, next));
      field.end = standard.end;
    }
    const node = optional(tokens, type, { node: field, step: "type" }, !isValue(standard));
    field.add(new JsonMember("type", node, node));
    const text = start.doc ?? doc;
    if (text !== undefined) addText(tokens, field, "doc", text, start);
    return field;
  }

  #message({ start, annotations }: Lead, messages: JsonObject): void {
    const tokens = this.#tokens;
    if (tokens.next.kind !== "word") throw tokens.unexpected("a definition or a message");
    const result = tokens.isWord("void")
      ? undefined
      : readType(tokens, { namespace: this.#namespace, parent: undefined, depth: 0 });
    const none = result === undefined ? tokens.take() : undefined;
    const name = tokens.word("the name of the message");
    const message = new JsonObject({
      source: tokens.source,
      start: start.start,
      parent: { node: messages, step: name.text },
    });
    annotate(tokens, message, annotations, ["request", "response", "errors", "one-way", "doc"]);
    if (start.doc !== undefined) addText(tokens, message, "doc", start.doc, start);
    this.#parameters(message);
    if (none !== undefined) addText(tokens, message, "response", "null", none);
    if (result !== undefined) {
      const node = optional(tokens, result, { node: message, step: "response" }, true);
      message.add(new JsonMember("response", node, node));
    }
    this.#ending(message);
    message.end = tokens.expect(";", "after the message").end;
    if (messages.add(new JsonMember(name.text, message, name)) === undefined) return;
    const text = `the protocol has the message ${quoted(name.text)} twice`;
    this.#diagnostics.push({
      at: tokens.ref(name.start, name.end),
      code: "AVRO_PROTOCOL",
      text,
      suggestion: "Rename or remove one of them.",
    });
  }

  #parameters(message: JsonObject): void {
    const tokens = this.#tokens;
    const open = tokens.expect("(", "after the name of the message");
    const request = new JsonArray({
      source: tokens.source,
      start: open.start,
      parent: { node: message, step: "request" },
    });
    if (!tokens.isMark(")")) {
      do {
        const { doc } = tokens.next;
        const type = readType(tokens, { namespace: this.#namespace, parent: undefined, depth: 0 });
        request.items.push(this.#variable(type, doc, { node: request, step: request.items.length }, "a parameter"));
      } while (tokens.takes(","));
    }
    request.end = tokens.expect(")", "after the parameters").end;
    message.add(new JsonMember("request", request, open));
  }

  /** `oneway`, or `throws` and names of errors. */
  #ending(message: JsonObject): void {
    const tokens = this.#tokens;
    if (tokens.isWord("oneway")) {
      const { start, end } = tokens.take();
      const node = new JsonBoolean(
        { source: tokens.source, start, parent: { node: message, step: "one-way" } },
        end,
        true,
      );
      message.add(new JsonMember("one-way", node, node));
    } else if (tokens.isWord("throws")) {
      const throws = tokens.take();
      const errors = new JsonArray({
        source: tokens.source,
        start: throws.start,
        parent: { node: message, step: "errors" },
      });
      do {
        const { text, start, end } = tokens.word("the name of an error");
        errors.items.push(
          new JsonString(
            { source: tokens.source, start, parent: { node: errors, step: errors.items.length } },
            end,
            text,
          ),
        );
        errors.end = end;
      } while (tokens.takes(","));
      message.add(new JsonMember("errors", errors, throws));
    }
  }
}

const definitionField = "a field";

function textMember(object: JsonObject, name: string): string | undefined {
  const node = object.get(name);
  return node instanceof JsonString ? node.value : undefined;
}

/** The namespace that a definition brings: that of its dotted name, or else the given one. */
function namespaceOf(name: string, namespace: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? namespace : name.slice(0, dot);
}
