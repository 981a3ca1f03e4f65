/** The lines of the embedded registry's file. */
import { AffinityError } from "../core/errors.js";
import type { RegisteredSchema } from "./registry.js";
import { SchemaTable } from "./schema-table.js";

const formatVersion = 1;

/** The first line, with its newline. */
export const formatLine = `${JSON.stringify({ "x-generated-by": "affinity", format: formatVersion })}\n`;

/** The line of a registration; the text goes along where its id is new. */
export function registrationLine(registered: RegisteredSchema, isNewId: boolean): string {
  const { subject, version, id, schema } = registered;
  return `${JSON.stringify(isNewId ? { subject, version, id, schema } : { subject, version, id })}\n`;
}

/**
 * Reads a file's content.
 *
 * @returns What it holds, and how many bytes of it count: a last line that is torn does not.
 * @throws DATA_FORMAT_NEWER, DATA_DIR_UNUSABLE with the line that is damaged.
 */
export function readLines(path: string, content: Buffer): { readonly table: SchemaTable; readonly goodBytes: number } {
  const table = new SchemaTable();
  let goodBytes = 0;
  for (let line = 1; ; line += 1) {
    const newline = content.indexOf("\n", goodBytes);
    if (newline < 0) return { table, goodBytes };
    const text = content.toString("utf8", goodBytes, newline);
    const isLast = newline === content.length - 1;
    const value = parsed(text);
    const isGood = line === 1 ? checkFormat(path, value) : addLine(table, value);
    if (!isGood) {
      // Blocks of a file may reach the disk in any order, so a torn line may have its newline.
      if (isLast) return { table, goodBytes };
      throw damaged(`${path}:${line}`);
    }
    goodBytes = newline + 1;
  }
}

function checkFormat(path: string, value: unknown): boolean {
  const format = memberOf(value, "format");
  if (typeof format === "number" && format > formatVersion)
    throw new AffinityError(
      "DATA_FORMAT_NEWER",
      `${path}: it has format ${format}, this version reads up to ${formatVersion}; it is left untouched; start the ` +
        "version that wrote it, or a later one",
    );
  return format === formatVersion;
}

function addLine(table: SchemaTable, value: unknown): boolean {
  const subject = memberOf(value, "subject");
  const version = memberOf(value, "version");
  const id = memberOf(value, "id");
  if (typeof subject !== "string" || typeof version !== "number" || typeof id !== "number") return false;
  const schema = memberOf(value, "schema") ?? table.textOf(id);
  if (typeof schema !== "string") return false;
  table.add({ subject, version, id, schema });
  return true;
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
