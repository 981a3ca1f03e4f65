/** Doc comments: the author's words first, then the Avro facts. */

/** Columns within which a comment stays on one line. */
const lineLimit = 110;

/**
 * The text between the comment's marks: on one line where it fits, else as a block. A comment's end and marks that editors
 * would act on stay text; in the facts, too, which repeat defaults.
 */
export function docComment(author: string | undefined, facts: string): string {
  const words = author === undefined ? "" : cleaned(author);
  const known = cleaned(facts);
  if (words === "") return known;
  const sentence = /[.!?:;)\]>}"']$/.test(words) ? words : `${words}.`;
  const line = `${sentence} ${known}`;
  return !words.includes("\n") && line.length <= lineLimit ? line : `\n${words}\n\n${known}`;
}

/** A comment of paragraphs, as a block when there are several. */
export function paragraphs(author: string | undefined, ...facts: readonly string[]): string {
  const all = [author ?? "", ...facts].map(cleaned).filter((text) => text !== "");
  return all.length === 1 && !(all[0] ?? "").includes("\n") ? (all[0] ?? "") : `\n${all.join("\n\n")}`;
}

/** Text that may stand in a comment: no end of comment, no control characters, line ends as `\n`. */
export function cleaned(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replaceAll("*/", "*\\/")
    .split("\n")
    .map((line) => line.replace(/[\p{Cc}\p{Cs}\ufeff]/gu, " ").trimEnd())
    .join("\n")
    .trim();
}
