/** Values of annotations and defaults in IDL: JSON with Java's numbers and escapes, as nodes that know their places. */
import {
  JsonArray,
  JsonBoolean,
  JsonMember,
  type JsonNode,
  JsonNull,
  JsonNumber,
  JsonObject,
  type JsonParent,
  type JsonSpan,
  JsonString,
} from "../../json-node.js";
import { jsonLimits } from "../../json-source.js";
import type { IdlToken, IdlTokens } from "./tokens.js";

/** A number that JSON writes otherwise: `0x10`, `5L`, `1f`. */
class IdlNumber extends JsonNumber {
  readonly #text: string;

  constructor(span: JsonSpan, end: number, text: string) {
    super(span, end);
    this.#text = text;
  }

  override get text(): string {
    return this.#text;
  }
}

export function readValue(tokens: IdlTokens, parent: JsonParent | undefined, depth = 0): JsonNode {
  const { next, source } = tokens;
  if (depth > jsonLimits.depth) {
    throw tokens.fault("IDL_TOO_DEEP", next, `values stand in each other more than ${jsonLimits.depth} deep`);
  }
  const span: JsonSpan = { source, start: next.start, parent };
  if (tokens.isMark("{")) return readObject(tokens, new JsonObject(span), depth);
  if (tokens.isMark("[")) return readArray(tokens, new JsonArray(span), depth);
  if (next.kind === "text") return new JsonString(span, next.end, textOf(tokens, tokens.take()));
  if (next.kind === "number") return readNumber(tokens, span);
  if (tokens.isWord("null")) return new JsonNull(span, tokens.take().end);
  if (tokens.isWord("true") || tokens.isWord("false")) {
    const { text, end } = tokens.take();
    return new JsonBoolean(span, end, text === "true");
  }
  throw tokens.unexpected("a JSON value");
}

function readObject(tokens: IdlTokens, object: JsonObject, depth: number): JsonObject {
  tokens.take();
  if (!tokens.isMark("}")) {
    do {
      const name = tokens.next;
      if (name.kind !== "text") throw tokens.unexpected("a name in double quotes");
      const written = textOf(tokens, tokens.take());
      tokens.expect(":", "after the name");
      object.add(new JsonMember(written, readValue(tokens, { node: object, step: written }, depth + 1), name));
    } while (tokens.takes(","));
  }
  object.end = tokens.expect("}", "after the object").end;
  return object;
}

function readArray(tokens: IdlTokens, array: JsonArray, depth: number): JsonArray {
  tokens.take();
  if (!tokens.isMark("]")) {
    do array.items.push(readValue(tokens, { node: array, step: array.items.length }, depth + 1));
    while (tokens.takes(","));
  }
  array.end = tokens.expect("]", "after the array").end;
  return array;
}

/** Numbers keep their digits; those with a suffix, a sign or another base get JSON's spelling. */
export function readNumber(tokens: IdlTokens, span: JsonSpan): JsonNode {
  const token = tokens.next;
  const { text, start, end } = token;
  if (/[NI]/.test(text)) {
    throw tokens.unexpected("a JSON value", "JSON has no NaN and no infinity, so they cannot be defaults.");
  }
  if (end - start > jsonLimits.numberLength) {
    throw tokens.fault("IDL_TOO_LARGE", token, `the number has more than ${jsonLimits.numberLength} characters`);
  }
  tokens.take();
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return new JsonNumber(span, end);
  const whole = /^(-?)(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)[lL]?$/.exec(text);
  if (whole !== null) {
    const [, sign = "", digits = ""] = whole;
    const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return new IdlNumber(span, end, `${sign}${value}`);
  }
  const real = /^[+]?(-?)(\d*)(\.\d*)?([eE][+-]?\d+)?[fFdD]?$/.exec(text);
  if (real === null || /[lL]$/.test(text)) throw tokens.fault("IDL_SYNTAX", token, `${text} is no number`);
  const [, sign = "", digits = "", fraction = "", exponent = ""] = real;
  // A point is kept or added: without one it would be an integer, which Java does not take a float literal for.
  const point = fraction.length > 1 ? fraction : exponent === "" ? ".0" : "";
  return new IdlNumber(span, end, `${sign}${digits.replace(/^0+(?=\d)/, "") || "0"}${point}${exponent}`);
}

const escapes: { readonly [letter: string]: string } = { n: "\n", r: "\r", b: "\b", f: "\f", t: "\t" };

/** The characters of a text in double quotes, with Java's escapes. */
export function textOf(tokens: IdlTokens, token: IdlToken): string {
  const pattern = /\\(u+[\da-fA-F]{4}|[0-3]?[0-7]{1,2}|.)/gs;
  const value = token.text.slice(1, -1).replace(pattern, (written, code: string) => {
    if (/^u+[\da-fA-F]{4}$/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(-4), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (/^[\\'"]$/.test(code)) return code;
    const simple = Object.hasOwn(escapes, code) ? escapes[code] : undefined;
    if (simple !== undefined) return simple;
    throw tokens.fault("IDL_SYNTAX", token, `${written} begins no escape of IDL`);
  });
  if (!/\p{Surrogate}/u.test(value)) return value;
  const message = "the text holds half of a surrogate pair, which is no character and has no UTF-8";
  throw tokens.fault("IDL_SYNTAX", token, message);
}
