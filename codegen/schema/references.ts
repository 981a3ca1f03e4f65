/** Checks that every name which is used is defined somewhere. */

import { nearest } from "../../runtime/core/nearest.js";
import { excerpt, quoted } from "../diagnostics-text.js";
import { type ComplexWord, fullNameOf, isComplexWord, isPrimitiveName } from "./names.js";
import { faultLimit, type Reading, type Use } from "./reading.js";

/** Unknown names of one run that get a suggestion. */
const suggestionLimit = 100;

export function checkReferences(reading: Reading): void {
  const unknown = reading.uses.filter((use) => reading.placeOf(use.fullName) === undefined);
  for (const [index, use] of unknown.slice(0, faultLimit).entries()) {
    unknownType(reading, use, index < suggestionLimit);
  }
}

function unknownType(reading: Reading, { fullName, at, subject, written }: Use, isHelped: boolean): void {
  const word = isComplexWord(written) ? written : undefined;
  if (word !== undefined) {
    const text = `${subject} has type ${quoted(word)}, which begins a type and names none`;
    reading.fault("AVRO_UNKNOWN_TYPE", at, text, `The whole type stands in its place: ${formOf(word)}.`);
    return;
  }
  const text = `${subject} has type ${excerpt(fullName) || '""'}, which no file defines`;
  reading.fault("AVRO_UNKNOWN_TYPE", at, text, isHelped ? cureFor(reading, fullName, written) : undefined);
}

function cureFor(reading: Reading, fullName: string, written: string): string | undefined {
  const lower = written.toLowerCase();
  if (isPrimitiveName(lower)) return `Did you mean ${quoted(lower)}?`;
  const candidates = [...reading.known.keys(), ...reading.definitions.keys()];
  const { name } = fullNameOf(fullName, "");
  const namesakes = candidates.filter((candidate) => fullNameOf(candidate, "").name === name);
  const [only] = namesakes;
  if (only !== undefined && namesakes.length === 1) return onlyInNamespace(reading, only);
  const near =
    only ??
    nearest(fullName, candidates) ??
    nearest(written, ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);
  return near && `Did you mean ${excerpt(near)}${placeOf(reading, near)}?`;
}

/** A name of the empty namespace is written without a dot, and then means the namespace around it. */
function onlyInNamespace(reading: Reading, fullName: string): string {
  if (fullName.includes(".")) return `Did you mean ${excerpt(fullName)}${placeOf(reading, fullName)}?`;
  return `${excerpt(fullName)}${placeOf(reading, fullName)} has no namespace, so within a namespace nothing but its definition in place can name it; give it a namespace.`;
}

function placeOf(reading: Reading, fullName: string): string {
  const at = reading.placeOf(fullName);
  return at === undefined ? "" : ` (${at.file})`;
}

/** The form of a type that begins with `word`. */
function formOf(word: ComplexWord): string {
  const rest: { readonly [word in ComplexWord]: string } = {
    record: '"name": …, "fields": […]',
    error: '"name": …, "fields": […]',
    enum: '"name": …, "symbols": […]',
    fixed: '"name": …, "size": …',
    array: '"items": …',
    map: '"values": …',
  };
  return `{"type": ${quoted(word)}, ${rest[word]}}`;
}
