/**
 * UTF-8 and Latin-1 between texts and bytes: Node's Buffer methods where there are any, else TextEncoder and TextDecoder.
 * Nothing of Node is imported; `globalThis.Buffer` is looked up, so that bundlers add no polyfill for it.
 */

type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, text: string, offset: number, length: number) => number;

/** The native methods work on any Uint8Array. */
interface BufferMethods {
  readonly latin1Slice: Slice;
  readonly utf8Slice: Slice;
  readonly utf8Write: Write;
}

function bufferMethods(): BufferMethods | undefined {
  const buffer: unknown = Reflect.get(globalThis, "Buffer");
  if (typeof buffer !== "function") return undefined;
  const methods: unknown = buffer.prototype;
  return hasMethods(methods) ? methods : undefined;
}

function hasMethods(value: unknown): value is BufferMethods {
  return (
    typeof value === "object" &&
    value !== null &&
    ["latin1Slice", "utf8Slice", "utf8Write"].every((name) => typeof Reflect.get(value, name) === "function")
  );
}

const native = /*@__PURE__*/ bufferMethods();
const encoder = /*@__PURE__*/ new TextEncoder();
// A byte order mark is a character of the text like any other.
const strictDecoder = /*@__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
// Bytes 0x80 to 0x9f differ between Latin-1 and this label's Windows-1252; callers use the ASCII parts only.
const asciiDecoder = /*@__PURE__*/ new TextDecoder("latin1");

/** Bytes as one character each. Right for bytes below 0x80; others give some character. */
export const asciiText: (bytes: Uint8Array, start: number, end: number) => string =
  native === undefined
    ? (bytes, start, end) => asciiDecoder.decode(bytes.subarray(start, end))
    : (bytes, start, end) => native.latin1Slice.call(bytes, start, end);

/** UTF-8 text. @throws TypeError for what is not UTF-8. */
export const utf8Text: (bytes: Uint8Array, start: number, end: number) => string =
  native === undefined
    ? (bytes, start, end) => strictDecoder.decode(bytes.subarray(start, end))
    : (bytes, start, end) => {
        const text = native.utf8Slice.call(bytes, start, end);
        // Buffer writes U+FFFD for what it cannot decode; the text may also hold one of its own.
        return text.includes("\ufffd") ? strictDecoder.decode(bytes.subarray(start, end)) : text;
      };

/** Writes a well-formed text as UTF-8 at `offset`, where three bytes a unit must be free. @returns Bytes written. */
export const writeUtf8: (bytes: Uint8Array, text: string, offset: number) => number =
  native === undefined
    ? (bytes, text, offset) => encoder.encodeInto(text, bytes.subarray(offset)).written
    : (bytes, text, offset) => native.utf8Write.call(bytes, text, offset, bytes.length - offset);

/** Surrogates that stand alone: no UTF-8 exists for them. */
const loneSurrogate = /\p{Surrogate}/u;

/** Whether every surrogate of a text is one of a pair. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
