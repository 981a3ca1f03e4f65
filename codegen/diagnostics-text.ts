/** How pieces of the user's input are shown in the text of a diagnostic: short, and without control characters. */

/** Characters of input that a diagnostic repeats at most. */
export const excerptLimit = 80;

/** Characters that would move the cursor, hide text or reorder it: controls, line ends, bidirectional marks, lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Co}\p{Cn}]/gu;

/** `text` with every character that does not print as itself written as `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (found) => {
    const code = found.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** `text` as it may stand in a sentence: printable, at most `excerptLimit` characters of the input, then `…`. */
export function excerpt(text: string): string {
  const characters = Array.from(text.slice(0, 2 * excerptLimit + 2));
  const isShort = text.length <= 2 * excerptLimit + 2 && characters.length <= excerptLimit;
  return isShort ? printable(text) : `${printable(characters.slice(0, excerptLimit).join(""))}…`;
}

/** An excerpt in double quotes. */
export function quoted(text: string): string {
  return `"${excerpt(text)}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], last = "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}
