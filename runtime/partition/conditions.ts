/** Conditions of RFC 9110, section 13, on the row that a write is about. */
import { type Conditions, type RowVersion, rowVersion } from "../state/access.js";
import type { SeenRow } from "./view.js";

/**
 * What keeps the write from happening, or undefined. A row that is not durable yet has no version that anybody could know,
 * so it is none of those that a caller names.
 */
export function unmetCondition({ ifMatch, ifNoneMatch }: Conditions, row: SeenRow | undefined): string | undefined {
  if (ifMatch !== undefined) {
    if (row === undefined) return "If-Match: there is no such row; leave the condition out to create it";
    if (ifMatch !== "*" && !names(ifMatch, row)) return "If-Match: the row has changed; read it again";
  }
  if (ifNoneMatch !== undefined && row !== undefined) {
    if (ifNoneMatch === "*") return "If-None-Match: the row exists already; leave the condition out to replace it";
    if (names(ifNoneMatch, row)) return "If-None-Match: the row is one of the versions named";
  }
  return undefined;
}

function names(versions: readonly RowVersion[], { committed }: SeenRow): boolean {
  return committed !== undefined && versions.includes(rowVersion(committed));
}
