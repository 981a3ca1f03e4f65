/** The request target: origin-form (`/path?query`) or absolute-form (`http://host/path?query`), RFC 9112 section 3.2. */
import { AffinityError } from "../core/errors.js";

/** A target cut at its delimiters; nothing is decoded yet. */
export interface Target {
  /** Begins with `/`. */
  readonly path: string;
  /** Without `?`; empty where there is none. */
  readonly query: string;
  /** Host and port of an absolute-form target, which then rules over the header `Host`. */
  readonly authority: string | undefined;
}

const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/i;
// What a target may hold, RFC 3986: visible ASCII without the fragment's `#`.
const foreign = /[^\x21\x22\x24-\x7e]/;

/** @throws REQUEST_INVALID */
export function parseTarget(url: string): Target {
  if (foreign.test(url)) {
    throw new AffinityError(
      "REQUEST_INVALID",
      "request target: holds characters that a URL writes percent-encoded; encode them as UTF-8 bytes, %C3%A9",
    );
  }
  if (url.startsWith("/")) return cut(url, undefined);
  const absolute = absoluteForm.exec(url);
  if (absolute === null) {
    throw new AffinityError("REQUEST_INVALID", "request target: is neither a path nor an absolute URL of this server");
  }
  const [, authority = "", rest = ""] = absolute;
  return cut(rest.startsWith("/") ? rest : `/${rest}`, authority);
}

function cut(target: string, authority: string | undefined): Target {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target, query: "", authority };
  return { path: target.slice(0, mark), query: target.slice(mark + 1), authority };
}

/** Text of one percent-encoded segment of a path, or undefined when it is not UTF-8 or a `%` is not followed by hex. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
