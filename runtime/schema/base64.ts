/** Base64 (RFC 4648): the standard alphabet with padding, and the one for URLs without. */
import { mismatch } from "./fault.js";

/** Characters that are put together in one call: more could be too many arguments. */
const chunk = 8192;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += chunk) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return btoa(text);
}

/** Bytes of the one text that `toBase64` gives for them. @throws VALUE_INVALID for any other text. */
export function fromBase64(text: string): Uint8Array {
  let bytes = "";
  try {
    bytes = atob(text);
  } catch {
    // Falls through: the empty text stands for no bytes, and this one is another.
  }
  if (btoa(bytes) !== text) throw mismatch("base64 with padding", text);
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Bytes of the one text that `toBase64Url` gives for them. @throws VALUE_INVALID for any other text. */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw mismatch("base64url without padding", text);
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}
