/** Checks the defaults of fields and resolves them against their types (specification 1.12, "Records", `default`). */
import { excerpt } from "../diagnostics-text.js";
import { describeJson, type JsonNode } from "../json-node.js";
import type { Outcome } from "./default-outcome.js";
import { DefaultReader } from "./default-reader.js";
import type { FieldDraft, RecordDraft } from "./draft.js";
import type { Field, NamedType, RecordType } from "./model.js";
import type { Reading } from "./reading.js";

/** The types of a reading with checked defaults, in order of definition; those with a faulty body are left out. */
export function checkDefaults(reading: Reading): ReadonlyMap<string, NamedType> {
  const values = new DefaultReader(reading);
  const types = new Map<string, NamedType>();
  for (const [fullName, { draft }] of reading.definitions) {
    if (draft !== undefined) types.set(fullName, draft.kind === "record" ? checkRecord(reading, values, draft) : draft);
  }
  return types;
}

/** Checks fields that belong to no type: parameters of messages. `owner` is the message. */
export function checkParameters(reading: Reading, owner: string, fields: readonly FieldDraft[]): void {
  const values = new DefaultReader(reading);
  for (const field of fields) checkField(reading, values, `${excerpt(field.name)} of ${owner}`, field);
}

function checkRecord(reading: Reading, values: DefaultReader, draft: RecordDraft): RecordType {
  const owner = excerpt(draft.fullName);
  const fields = draft.fields.map((field) => checkField(reading, values, `${excerpt(field.name)} of ${owner}`, field));
  return { ...draft, fields };
}

function checkField(reading: Reading, values: DefaultReader, name: string, field: FieldDraft): Field {
  const { defaultNode, ...rest } = field;
  if (defaultNode === undefined) return rest;
  const outcome = values.ofField(field, defaultNode);
  if (outcome.kind === "value") return { ...rest, default: outcome.value };
  report(reading, `the default of field ${name}`, defaultNode, outcome);
  return rest;
}

function report(reading: Reading, what: string, whole: JsonNode, outcome: Outcome): void {
  if (outcome.kind === "limit") reading.fault("AVRO_DEFAULT", whole.at, `${what} is refused: ${outcome.text}`);
  if (outcome.kind !== "misfit") return;
  const { node, expected } = outcome;
  const path = excerpt(node.pointer.slice(whole.pointer.length));
  const found = path === "" ? `is ${describeJson(node)}` : `has ${describeJson(node)} at ${path}`;
  reading.fault("AVRO_DEFAULT", node.at, `${what} ${found}; expected ${expected}`);
}
