/**
 * Entity tags and the conditions made of them, RFC 9110 sections 8.8.3 and 13.1.
 *
 *   ETag: "<version>;<representation>"
 *
 * The version names the record that last changed the row; the representation differs between media types, since one tag
 * must not name two sequences of bytes. Conditions of writes compare versions; If-None-Match of a read compares whole tags.
 */
import { AffinityError } from "../core/errors.js";
import type { Conditions, RowVersion } from "../state/access.js";

/** The tag as it stands in the header. */
export function etagOf(version: RowVersion, representation: string): string {
  return `"${version};${representation}"`;
}

interface Tag {
  readonly opaque: string;
  readonly isWeak: boolean;
}

// One member of a list of tags; `etagc` may be any visible character but the quote, also a comma.
const member = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y;

/** @throws REQUEST_INVALID when the header is neither `*` nor a list of entity tags. */
function parseTags(header: string, text: string): readonly Tag[] | "*" {
  if (text.trim() === "*") return "*";
  const tags: Tag[] = [];
  member.lastIndex = 0;
  while (member.lastIndex < text.length) {
    const found = member.exec(text);
    if (found === null) {
      throw new AffinityError(
        "REQUEST_INVALID",
        `header ${header}: is not a list of entity tags; "1.2.3;json" or * would be right`,
      );
    }
    tags.push({ opaque: found[2] ?? "", isWeak: found[1] !== undefined });
  }
  return tags;
}

/** Headers of a request that carry conditions. */
export interface ConditionHeaders {
  readonly "if-match"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
}

/** The conditions of a write. Weak tags never meet If-Match (strong comparison). @throws REQUEST_INVALID */
export function writeConditions(headers: ConditionHeaders): Conditions | undefined {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  if (match === undefined && noneMatch === undefined) return undefined;
  return {
    ...(match !== undefined && { ifMatch: versions(parseTags("If-Match", match), false) }),
    ...(noneMatch !== undefined && { ifNoneMatch: versions(parseTags("If-None-Match", noneMatch), true) }),
  };
}

/** Whether If-None-Match names the tag, so that the reader has these bytes already: 304. @throws REQUEST_INVALID */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag) return true;
  const tags = parseTags("If-None-Match", ifNoneMatch);
  return tags === "*" || tags.some(({ opaque }) => `"${opaque}"` === etag);
}

/** Whether If-Match admits the version of the row that was read. @throws REQUEST_INVALID */
export function isMatched(ifMatch: string, version: RowVersion): boolean {
  const wanted = versions(parseTags("If-Match", ifMatch), false);
  return wanted === "*" || wanted.includes(version);
}

function versions(tags: readonly Tag[] | "*", takesWeak: boolean): readonly RowVersion[] | "*" {
  if (tags === "*") return tags;
  return tags.filter(({ isWeak }) => takesWeak || !isWeak).map(({ opaque }) => beforeSemicolon(opaque));
}

function beforeSemicolon(opaque: string): RowVersion {
  const end = opaque.indexOf(";");
  return end < 0 ? opaque : opaque.slice(0, end);
}
