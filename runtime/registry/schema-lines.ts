/**
 * What the first version of the embedded registry kept: lines of JSON.
 *
 *   {"format":1}                                              the first line
 *   {"subject":…,"version":…,"id":…,"schema":"…"}             a registration; `schema` only where the id is new
 */
import { AffinityError } from "../core/errors.js";
import type { Registered } from "./registry-event.js";

/**
 * The registrations of such a file. A last line that is torn was answered to nobody and does not count.
 *
 * @throws DATA_FORMAT_NEWER, DATA_DIR_UNUSABLE with the line that is damaged.
 */
export function eventsOfLines(path: string, content: Buffer): readonly Registered[] {
  const events: Registered[] = [];
  let at = 0;
  for (let line = 1; ; line += 1) {
    const newline = content.indexOf("\n", at);
    if (newline < 0) return events;
    const value = parsed(content.toString("utf8", at, newline));
    const event = line === 1 ? checkFormat(path, value) : registration(value);
    if (event === undefined) {
      // Blocks of a file may reach the disk in any order, so a torn line may have its newline.
      if (newline === content.length - 1) return events;
      throw damaged(`${path}:${line}`);
    }
    if (event !== "format") events.push(event);
    at = newline + 1;
  }
}

function checkFormat(path: string, value: unknown): "format" | undefined {
  const format = memberOf(value, "format");
  if (typeof format === "number" && format > 1)
    throw new AffinityError(
      "DATA_FORMAT_NEWER",
      `${path}: it has format ${format}, this version reads up to 1; it is left untouched; start the version that wrote it`,
    );
  return format === 1 ? "format" : undefined;
}

function registration(value: unknown): Registered | undefined {
  const subject = memberOf(value, "subject");
  const version = memberOf(value, "version");
  const id = memberOf(value, "id");
  const schema = memberOf(value, "schema");
  if (typeof subject !== "string" || typeof version !== "number" || typeof id !== "number") return undefined;
  return { kind: "registered", subject, version, id, ...(typeof schema === "string" ? { schema } : {}) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function damaged(place: string): AffinityError {
  return new AffinityError(
    "DATA_DIR_UNUSABLE",
    `${place}: the line is no registration; ids of schemas must not change, so nothing is guessed; restore the file from a ` +
      "backup, or remove the whole data folder to start with empty data",
  );
}
