/**
 * A line of a bulk write: a row as `{"key":…,"value":…}`, or a line of a list in NDJSON, so that a list can be sent back as it
 * came. What a list tells beside the row is passed over.
 */
import { isUtf8 } from "node:buffer";
import { AffinityError } from "../core/errors.js";
import { jsonMembers } from "./json-members.js";

/** A row as text of JSON; the value `null` deletes. */
export interface BulkRow {
  readonly key: string;
  readonly value: string;
}

const rowMembers = ["key", "value", "position"];
/** A list's last line, and what stands in place of a value that could not be shown. */
const listMembers = ["end", "count", "error"];
const members = [...rowMembers, ...listMembers];

/** The row of a line; undefined for the line that ends a list. @throws VALUE_INVALID */
export function bulkRow(line: Buffer): BulkRow | undefined {
  if (!isUtf8(line)) throw new AffinityError("VALUE_INVALID", "line: is not UTF-8", { pointer: "" });
  const found = jsonMembers(line.toString("utf8"), members);
  if (found.has("error")) {
    throw new AffinityError(
      "VALUE_INVALID",
      "line: has the error of a list, which could not show a row or not go on; a list without one would be right",
      { pointer: "/error" },
    );
  }
  if (isEnd(found)) return undefined;
  for (const name of found.keys()) {
    if (!rowMembers.includes(name))
      throw new AffinityError("VALUE_INVALID", `line: member ${name} stands in a list's last line only`, {
        pointer: `/${name}`,
      });
  }
  const row = { key: required(found, "key"), value: required(found, "value") };
  checkPosition(found.get("position"));
  return row;
}

function isEnd(found: ReadonlyMap<string, string>): boolean {
  return found.get("end") === "true" && /^\d+$/.test(found.get("count") ?? "") && found.size === 2;
}

/** Nothing is read of it, but nonsense in it is a line that was damaged. */
function checkPosition(text: string | undefined): void {
  if (text === undefined || /^"[!#-[\]-~]*"$/.test(text)) return;
  throw new AffinityError(
    "VALUE_INVALID",
    "line: member position is none; as a list gives it, or left out, would be right",
    {
      pointer: "/position",
    },
  );
}

function required(found: ReadonlyMap<string, string>, name: string): string {
  const text = found.get(name);
  if (text !== undefined) return text;
  throw new AffinityError("VALUE_INVALID", `line: member ${name} is missing; {"key":…,"value":…} would be right`, {
    pointer: `/${name}`,
  });
}
