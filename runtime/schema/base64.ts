/** Base64 (RFC 4648): the standard alphabet with padding, and the one for URLs without. */

/** Characters that are put together in one call: more could be too many arguments. */
const chunk = 8192;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += chunk) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return btoa(text);
}

/** Bytes of the one text that `toBase64` gives for them. @throws Error for any other text. */
export function fromBase64(text: string): Uint8Array {
  let bytes = "";
  try {
    bytes = atob(text);
  } catch {
    // Falls through: the empty text stands for no bytes, and this one is another.
  }
  if (btoa(bytes) !== text) throw wrong();
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Bytes of the one text that `toBase64Url` gives for them. @throws Error for any other text. */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw wrong();
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}

// No AffinityError: what runs a codec makes one of it, with the place.
function wrong(): Error {
  return new Error("found a text that is no base64, or not in its one form; expected base64");
}
