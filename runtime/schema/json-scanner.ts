/**
 * JSON text, read token by token (RFC 8259): exact integers of any digits, and no lone surrogates. What is duplicate,
 * missing or unknown is for its callers to see, who know the type.
 */
import type { AffinityError } from "../core/errors.js";
import { describeValue, fault } from "./fault.js";
import { nestingLimit } from "./limits.js";
import { setMember } from "./member.js";
import { isWellFormed } from "./text-bytes.js";

const numberToken = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

/** Digits of an integer that a number holds exactly, whatever they are. */
const exactDigits = 15;

const quoteUnit = 0x22;
const backslashUnit = 0x5c;
const minusUnit = 0x2d;
const pointUnit = 0x2e;
const zeroUnit = 0x30;
const objectUnit = 0x7b;
const arrayUnit = 0x5b;

const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

export class JsonScanner {
  readonly text: string;
  #position = 0;
  #depth = 0;
  #reals = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Offset of the next character, white space skipped. */
  get position(): number {
    this.#skipSpace();
    return this.#position;
  }

  /** The next character, white space skipped; empty at the end. */
  peek(): string {
    this.#skipSpace();
    return this.text.charAt(this.#position);
  }

  /** Steps over a character if it is the next. */
  take(character: string): boolean {
    this.#skipSpace();
    if (this.text.charCodeAt(this.#position) !== character.charCodeAt(0)) return false;
    this.#position += 1;
    return true;
  }

  /** Steps over a character. */
  expect(character: string): void {
    if (!this.take(character)) throw this.unexpected(`"${character}"`);
  }

  /** Steps over a quoted name and its colon, if that is what comes next, written without escapes and white space. */
  takeName(quoted: string): boolean {
    this.#skipSpace();
    if (!this.text.startsWith(quoted, this.#position)) return false;
    this.#position += quoted.length;
    return true;
  }

  /** After the last value: nothing but white space may follow. */
  end(): void {
    if (this.peek() !== "") throw this.unexpected("the end of the text");
  }

  /** null, boolean, text or number; an integer that a number may not hold exactly is a bigint. */
  scalar(): null | boolean | string | number | bigint {
    this.#skipSpace();
    switch (this.text.charCodeAt(this.#position)) {
      case quoteUnit:
        return this.string();
      case 0x6e:
        return this.#word("null", null);
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      default:
        return this.#number();
    }
  }

  /** How many numbers with a point or an exponent were read: they are no integers, whatever their value. */
  get reals(): number {
    return this.#reals;
  }

  string(): string {
    this.#skipSpace();
    const { text } = this;
    if (text.charCodeAt(this.#position) !== quoteUnit) throw this.unexpected("a text");
    const start = this.#position + 1;
    let bits = 0;
    for (let index = start; ; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit === quoteUnit) {
        this.#position = index + 1;
        const plain = text.slice(start, index);
        // Without a unit from the surrogates' range on, there is nothing to check.
        return bits < 0xd800 ? plain : this.#wellFormed(plain);
      }
      if (unit === backslashUnit) return this.#escaped(start, index);
      // Also NaN, past the end of the text.
      if (!(unit >= 0x20)) throw this.#badUnit(index);
      bits |= unit;
    }
  }

  /** Any value, as `JSON.parse` gives it, but with bigints for large integers. Duplicate members are refused. */
  any(): unknown {
    this.#skipSpace();
    const unit = this.text.charCodeAt(this.#position);
    if (unit !== objectUnit && unit !== arrayUnit) return this.scalar();
    this.#depth += 1;
    if (this.#depth > nestingLimit) throw this.#at(`more than ${nestingLimit} brackets in each other; expected fewer`);
    const value = unit === objectUnit ? this.#object() : this.#array();
    this.#depth -= 1;
    return value;
  }

  /** Steps over the comma before the next member or item, or over the closing bracket. @returns Whether one follows. */
  more(isFirst: boolean, close: "}" | "]"): boolean {
    if (this.take(close)) return false;
    if (!isFirst) this.expect(",");
    return true;
  }

  /** The fault of what comes next. */
  unexpected(expected: string): AffinityError {
    const next = this.peek();
    const found = next === "" ? "the end of the text" : describeValue(next).replace("the text ", "");
    return this.#at(`${found}; expected ${expected}`);
  }

  #object(): object {
    const object = {};
    this.expect("{");
    for (let isFirst = true; this.more(isFirst, "}"); isFirst = false) {
      const name = this.string();
      if (Object.hasOwn(object, name))
        throw this.#at(`a second member ${describeValue(name)}; expected each name once`);
      this.expect(":");
      setMember(object, name, this.any());
    }
    return object;
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.expect("[");
    for (let isFirst = true; this.more(isFirst, "]"); isFirst = false) items.push(this.any());
    return items;
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#position)) throw this.unexpected("a JSON value");
    this.#position += word.length;
    return value;
  }

  #number(): number | bigint {
    const { text } = this;
    const start = this.#position;
    const first = text.charCodeAt(start) === minusUnit ? start + 1 : start;
    let end = first;
    let value = 0;
    for (
      let digit = text.charCodeAt(end) - zeroUnit;
      digit >= 0 && digit <= 9;
      digit = text.charCodeAt(end) - zeroUnit
    ) {
      value = value * 10 + digit;
      end += 1;
    }
    const after = text.charCodeAt(end);
    const isPlain = after !== pointUnit && after !== 0x65 && after !== 0x45;
    const isShort =
      end > first && end - first <= exactDigits && (end - first === 1 || text.charCodeAt(first) !== zeroUnit);
    if (!isPlain || !isShort) return this.#anyNumber();
    this.#position = end;
    return first > start ? -value : value;
  }

  /** A number with point, exponent or many digits, or none at all. */
  #anyNumber(): number | bigint {
    numberToken.lastIndex = this.#position;
    const [token, fraction, exponent] = numberToken.exec(this.text) ?? [];
    if (token === undefined) throw this.unexpected("a JSON value");
    this.#position += token.length;
    if (fraction === undefined && exponent === undefined) return integer(token);
    this.#reals += 1;
    return Number(token);
  }

  #escaped(start: number, firstEscape: number): string {
    const { text } = this;
    let result = text.slice(start, firstEscape);
    let index = firstEscape;
    for (;;) {
      const unit = text.charCodeAt(index);
      if (unit === quoteUnit) break;
      if (!(unit >= 0x20)) throw this.#badUnit(index);
      if (unit !== backslashUnit) {
        result += text.charAt(index);
        index += 1;
        continue;
      }
      const letter = text.charAt(index + 1);
      if (letter === "u") {
        const digits = text.slice(index + 2, index + 6);
        if (!/^[\da-fA-F]{4}$/.test(digits)) throw this.#badEscape(index);
        result += String.fromCharCode(Number.parseInt(digits, 16));
        index += 6;
      } else {
        const character = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
        if (character === undefined) throw this.#badEscape(index);
        result += character;
        index += 2;
      }
    }
    this.#position = index + 1;
    return this.#wellFormed(result);
  }

  #wellFormed(text: string): string {
    if (!isWellFormed(text)) throw this.#at("a text with a lone surrogate before this; expected well-formed Unicode");
    return text;
  }

  #badUnit(index: number): AffinityError {
    this.#position = index;
    const isEnd = index >= this.text.length;
    return this.#at(
      isEnd ? "the end of the text; expected a closing quote" : "a control character; expected its escape",
    );
  }

  #badEscape(index: number): AffinityError {
    this.#position = index;
    return this.#at("an escape that JSON does not have; expected one of it");
  }

  #at(found: string): AffinityError {
    const before = this.text.slice(0, this.#position);
    const line = before.split("\n").length;
    const column = this.#position - before.lastIndexOf("\n");
    return fault(`at line ${line}, column ${column} of the JSON text found ${found}`);
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.#position);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#position += 1;
    }
  }
}

/** `-0` is a number: no bigint has a sign without a value. */
function integer(token: string): number | bigint {
  const value = Number(token);
  return Number.isSafeInteger(value) ? value : BigInt(token);
}
