/** Rows of each kind of key by a seed, in the forms that their writers and readers take. */
import { readFileSync, writeFileSync } from "node:fs";
import { interpretedType } from "../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import type { AnyType, JsonValue } from "../../../runtime/schema/type.js";
import type { Chance } from "../../../test/support/chance.js";
import { type KeyKind, namedSchemas } from "./key-types.js";

/** A row in Avro's JSON encoding. */
export interface Row {
  readonly key: string;
  readonly value: string;
}

/** A row of a topic as somebody read it. */
export interface ReadRow {
  readonly partition: number;
  readonly key: string;
  /** Absent for a tombstone. */
  readonly value: string | undefined;
}

const words = ["", "one", "ä€𝄞", "two words", '"quoted"', "line\nbreak", "tab\there"];

/** Schema of a name in the definition, complete. */
export function completeSchema(type: JsonValue): JsonValue {
  const named = typeof type === "string" && type.startsWith("share.") ? type.slice("share.".length).toLowerCase() : "";
  return namedSchemas[named] ?? type;
}

export function typeOf(schema: JsonValue): AnyType {
  return interpretedType(definedBy(JSON.stringify(schema)));
}

export const rowSchema = namedSchemas.row ?? null;
const rowType = typeOf(rowSchema);

/** Keys that differ, in Avro's JSON encoding. */
export function keysOf({ make, count }: KeyKind, wanted: number, chance: Chance): readonly string[] {
  return Array.from({ length: Math.min(count ?? wanted, wanted) }, (_, index) => JSON.stringify(make(chance, index)));
}

/** A value for each key; of every writer others. */
export function rowsFor(keys: readonly string[], writer: string, chance: Chance): readonly Row[] {
  return keys.map((key, index) => {
    const maybe = chance.happens(0.5) ? null : { string: chance.pick(words) };
    const tags = Array.from({ length: chance.int(0, 3) }, () => chance.pick(words));
    const number = chance.int(-(2 ** 31), 2 ** 31) * 2 ** 20 + index;
    const part = chance.int(-1_000_000, 1_000_000) / 128;
    return { key, value: JSON.stringify({ text: `${writer} ${chance.pick(words)}`, number, part, maybe, tags }) };
  });
}

export function writeRows(file: string, rows: readonly Row[]): void {
  writeFileSync(file, rows.map(({ key, value }) => `${key}\t${value}\n`).join(""));
}

/** What a program has read into a file: partition, offset, key, value. */
export function readRows(file: string): readonly ReadRow[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [partition = "", , key = "", value = ""] = line.split("\t");
      return { partition: Number(partition), key, value: value === "" ? undefined : value };
    });
}

/** The one text of a value in Avro's JSON encoding, whoever wrote it. */
export function canonical(type: AnyType, avroJson: string): string {
  return type.toAvroJson(type.fromAvroJson(avroJson));
}

export function canonicalRow(keyType: AnyType, { key, value }: { key: string; value: string | undefined }): string {
  return `${canonical(keyType, key)}\t${value === undefined ? "" : canonical(rowType, value)}`;
}

/** The row as HTTP has it: plain JSON of key and value. */
export function plainRow(keyType: AnyType, { key, value }: Row): { readonly key: string; readonly value: string } {
  return { key: plain(keyType, key), value: plain(rowType, value) };
}

function plain(type: AnyType, avroJson: string): string {
  return type.toJson(type.fromAvroJson(avroJson));
}
