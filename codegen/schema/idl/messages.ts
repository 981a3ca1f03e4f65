/** Messages of a protocol: `result name(parameters) throws …;`. */
import type { Diagnostic } from "../../diagnostics.js";
import { quoted } from "../../diagnostics-text.js";
import { JsonArray, JsonBoolean, JsonMember, JsonObject } from "../../json-node.js";
import { annotate, type Lead } from "./annotations.js";
import type { IdlTokens } from "./tokens.js";
import { optional, readType } from "./types.js";
import { readVariable } from "./variable.js";
import { addText, wordText } from "./word-texts.js";

/**
 * Reads a message into those of its protocol.
 *
 * @returns The fault of a name that the protocol has already.
 */
export function readMessage(
  tokens: IdlTokens,
  { start, annotations }: Lead,
  namespace: string,
  messages: JsonObject,
): Diagnostic | undefined {
  if (tokens.next.kind !== "word") throw tokens.unexpected("a definition or a message");
  const result = tokens.isWord("void") ? undefined : readType(tokens, { namespace, parent: undefined, depth: 0 });
  const none = result === undefined ? tokens.take() : undefined;
  const name = tokens.word("the name of the message");
  const message = new JsonObject({
    source: tokens.source,
    start: start.start,
    parent: { node: messages, step: name.text },
  });
  annotate(tokens, message, annotations, ["request", "response", "errors", "one-way", "doc"]);
  if (start.doc !== undefined) addText(tokens, message, "doc", start.doc, start);
  readParameters(tokens, message, namespace);
  if (none !== undefined) addText(tokens, message, "response", "null", none);
  if (result !== undefined) {
    const node = optional(tokens, result, { node: message, step: "response" }, true);
    message.add(new JsonMember("response", node, node));
  }
  readEnding(tokens, message);
  message.end = tokens.expect(";", "after the message").end;
  if (messages.add(new JsonMember(name.text, message, name)) === undefined) return undefined;
  return {
    at: tokens.ref(name.start, name.end),
    code: "AVRO_PROTOCOL",
    text: `the protocol has the message ${quoted(name.text)} twice`,
    suggestion: "Rename or remove one of them.",
  };
}

function readParameters(tokens: IdlTokens, message: JsonObject, namespace: string): void {
  const open = tokens.expect("(", "after the name of the message");
  const request = new JsonArray({
    source: tokens.source,
    start: open.start,
    parent: { node: message, step: "request" },
  });
  if (!tokens.isMark(")")) {
    do {
      const { doc } = tokens.next;
      const type = readType(tokens, { namespace, parent: undefined, depth: 0 });
      const parent = { node: request, step: request.items.length };
      request.items.push(readVariable(tokens, { type, doc, parent, what: "a parameter" }));
    } while (tokens.takes(","));
  }
  request.end = tokens.expect(")", "after the parameters").end;
  message.add(new JsonMember("request", request, open));
}

/** `oneway`, or `throws` and names of errors. */
function readEnding(tokens: IdlTokens, message: JsonObject): void {
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
      const error = tokens.word("the name of an error");
      errors.items.push(wordText(tokens, error.text, error, { node: errors, step: errors.items.length }));
      errors.end = error.end;
    } while (tokens.takes(","));
    message.add(new JsonMember("errors", errors, throws));
  }
}
