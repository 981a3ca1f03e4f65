/**
 * Reads an Avro IDL text as the JSON that it stands for, every part with its place in the text: what is legal in it is then
 * judged by the readers of JSON schemas. One syntax fault ends the file.
 *
 * Source: Avro 1.12 specification, "IDL Language".
 */
import type { Diagnostic, SourceFile } from "../../diagnostics.js";
import { JsonArray, JsonMember, type JsonNode, JsonObject, type JsonString } from "../../json-node.js";
import { jsonLimits } from "../../json-source.js";
import { decodeSource } from "../../source-text.js";
import { annotate, type Lead, readLead } from "./annotations.js";
import { isDefinition, namespaceOf, readDefinition } from "./definitions.js";
import { textOf } from "./json-values.js";
import { readMessage } from "./messages.js";
import { IdlFault, IdlTokens } from "./tokens.js";
import { readWholeType } from "./types.js";
import { addText, wordText } from "./word-texts.js";

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
    const lead = readLead(tokens);
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

  #importOrDefinition(): void {
    if (this.#tokens.isWord("import")) this.#import();
    else this.#definition(readLead(this.#tokens));
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
    this.#imports.push({ path, node: wordText(tokens, path, next, undefined) });
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
    this.#namespace = namespaceOf(protocol, name.text, "");
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
      const lead = readLead(tokens);
      if (isDefinition(tokens)) this.#definition(lead, types);
      else this.#message(lead, messages);
    }
    types.items.push(...this.#types);
    protocol.end = tokens.take().end;
    protocol.add(new JsonMember("types", types, start));
    protocol.add(new JsonMember("messages", messages, start));
    return protocol;
  }

  #definition(lead: Lead, list?: JsonArray): void {
    const parent = list === undefined ? undefined : { node: list, step: this.#types.length };
    this.#types.push(readDefinition(this.#tokens, lead, this.#namespace, parent));
  }

  #message(lead: Lead, messages: JsonObject): void {
    const diagnostic = readMessage(this.#tokens, lead, this.#namespace, messages);
    if (diagnostic !== undefined) this.#diagnostics.push(diagnostic);
  }
}
