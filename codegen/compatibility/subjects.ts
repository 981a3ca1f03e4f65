/** A project's schemas against the versions that a registry holds of their subjects. */
import { type CompatibilityLevel, faultsOf } from "../../runtime/schema/compatibility.js";
import { logicalForm } from "../../runtime/schema/logical-form.js";
import { definedBy } from "../../runtime/schema/raw-schema.js";
import type { Diagnostic, SourceRef } from "../diagnostics.js";
import { sortDiagnostics } from "../diagnostics-sort.js";
import type { ServiceModel, TypeUse } from "../service/model.js";
import { ModelTypes } from "./model-types.js";

/** What is asked of a registry. */
export interface SubjectSource {
  /** Texts of a subject's versions, oldest first; none where it has no such subject. */
  versions(subject: string): Promise<readonly string[]>;
  /** The level that it would enforce. */
  level(subject: string): Promise<CompatibilityLevel>;
}

interface Subject {
  readonly subject: string;
  readonly use: TypeUse;
  readonly what: string;
  readonly isKey: boolean;
  readonly at: SourceRef;
}

/** Everything that the registry, or a start on data written with its versions, would refuse. */
export async function compareSubjects(
  model: ServiceModel,
  source: SubjectSource,
  against: string,
): Promise<readonly Diagnostic[]> {
  const types = new ModelTypes(model);
  const found: Diagnostic[] = [];
  for (const { subject, use, what, isKey, at } of subjectsOf(model)) {
    const texts = await source.versions(subject);
    if (texts.length === 0) continue;
    const present = types.source(use);
    const tail = `(${what}, subject ${subject}), compared with ${against}`;
    const last = definedBy(texts.at(-1) ?? "");
    if (isKey) {
      if (logicalForm(last) !== logicalForm(present)) found.push(keyChanged(types.placeOf(use) ?? at, tail, keepKey));
      continue;
    }
    for (const fault of faultsOf(await source.level(subject), present, texts.map(definedBy))) {
      const place = types.place(fault.newSide === "reader" ? fault.reader : fault.writer) ?? at;
      const text = `${fault.path} ${fault.reason} (version ${fault.earlier + 1}) ${tail}`;
      found.push({ at: place, code: fault.rule, text, suggestion: fault.cure });
    }
  }
  return sortDiagnostics(found);
}

/**
 * Keys whose schema is not the one that stored keys were written with.
 *
 * @param lastOf Text of the newest version of a subject, complete in itself; undefined where there is none.
 */
export async function compareKeys(
  model: ServiceModel,
  lastOf: (subject: string) => Promise<string | undefined>,
  against: string,
): Promise<readonly Diagnostic[]> {
  const types = new ModelTypes(model);
  const found: Diagnostic[] = [];
  for (const { subject, use, what, at } of subjectsOf(model).filter(({ isKey }) => isKey)) {
    const last = await lastOf(subject);
    if (last === undefined || logicalForm(definedBy(last)) === logicalForm(types.source(use))) continue;
    const tail = `(${what}, subject ${subject}), compared with ${against}`;
    found.push(keyChanged(types.placeOf(use) ?? at, tail, `${keepKey} \`affinity reset\` removes what is stored.`));
  }
  return sortDiagnostics(found);
}

const keepKey = "Keep the key schema: keys of another schema are other keys, in other partitions.";

function keyChanged(at: SourceRef, tail: string, suggestion: string): Diagnostic {
  return { at, code: "KEY_CHANGED", text: `the key schema has changed ${tail}`, suggestion };
}

function subjectsOf(model: ServiceModel): readonly Subject[] {
  return model.keyspaces.flatMap((keyspace) => [
    ...keyspace.stores.flatMap(({ name, key, value, keySubject, valueSubject, isExternal, at }): Subject[] => {
      // What others write is theirs to register.
      if (isExternal) return [];
      const what = `store ${name} of keyspace ${keyspace.name}`;
      return [
        ...(keyspace.keyEncoding === "utf8" ? [] : [{ subject: keySubject, use: key, what, isKey: true, at }]),
        { subject: valueSubject, use: value, what, isKey: false, at },
      ];
    }),
    ...keyspace.messages.flatMap(({ name, request, reply, requestSubject, replySubject, at }): Subject[] => {
      const what = `message ${name} of keyspace ${keyspace.name}`;
      return [
        ...(request === undefined ? [] : [{ subject: requestSubject, use: request, what, isKey: false, at }]),
        ...(reply === undefined ? [] : [{ subject: replySubject, use: reply, what, isKey: false, at }]),
      ];
    }),
  ]);
}
