/** What may happen to a registry: from its state and a wish to the events that come of it, or a refusal. Pure. */
import { isAffinityError, messageOf } from "../core/errors.js";
import type { CompatibilityLevel } from "../schema/compatibility.js";
import { reasonsAgainst } from "./compatibility.js";
import { RegistryRefusal } from "./refusal.js";
import type { RegisteredSchema } from "./registry.js";
import type { RegistryEvent, RegistryMode } from "./registry-event.js";
import type { Content, RegistryState, Version } from "./registry-state.js";
import { checkSchema } from "./valid-schema.js";

/** What comes of a wish: events to keep, none where nothing changes, and the answer once they are kept. */
export interface Decision<T> {
  readonly events: readonly RegistryEvent[];
  readonly answer: T;
}

/** Bytes of one schema's text, so that it fits a znode. */
export const maxSchemaBytes = 900_000;
/** Characters of a subject's name. */
const maxSubjectLength = 1_000;

/** A schema to register. */
export interface Registration extends Content {
  readonly subject: string;
  /** In import mode: the id and version that it has elsewhere. */
  readonly id?: number;
  readonly version?: number;
}

/** @param fallback The level where none is set. */
export function register(
  state: RegistryState,
  registration: Registration,
  fallback: CompatibilityLevel,
): Decision<RegisteredSchema> {
  const { subject, schema, references, id } = registration;
  checkSubject(subject);
  const text = checkedText(state, registration);
  const known = state.versions(subject).find((version) => version.id === state.idOf(registration));
  if (known !== undefined && (id === undefined || id === known.id))
    return { events: [], answer: state.registered(subject, known) };
  const mode = modeFor(state, subject);
  checkMode(mode, registration);
  if (mode !== "IMPORT") {
    const reasons = reasonsAgainst(levelFor(state, subject, fallback), text, earlierTexts(state, subject));
    if (reasons.length > 0) throw incompatible(subject, levelFor(state, subject, fallback), reasons);
  }
  const own = id ?? state.idOf(registration) ?? state.nextId;
  checkImport(state, registration);
  const version = registration.version ?? state.nextVersion(subject);
  const isNewId = state.contentOf(own) === undefined;
  const event: RegistryEvent = {
    kind: "registered",
    subject,
    version,
    id: own,
    ...(isNewId ? { schema, ...(references.length === 0 ? {} : { references }) } : {}),
  };
  const kept = state.contentOf(own) ?? { schema, references };
  const answer = { id: own, subject, version, schema: kept.schema };
  return {
    events: [event],
    answer: kept.references.length === 0 ? answer : { ...answer, references: kept.references },
  };
}

/** The version of a subject with a schema. @throws VALUE_INVALID for what is no schema. */
export function lookup(state: RegistryState, subject: string, content: Content, hidden = false): Version | undefined {
  checkedText(state, content);
  const id = state.idOf(content);
  return state.versions(subject, hidden).findLast((version) => version.id === id);
}

/** Why a schema may not follow the given versions, under a subject's level. @throws VALUE_INVALID */
export function incompatibilities(
  state: RegistryState,
  subject: string,
  content: Content,
  options: { readonly fallback: CompatibilityLevel; readonly version?: number },
): readonly string[] {
  const text = checkedText(state, content);
  const earlier = earlierTexts(state, subject).filter(
    ({ version }) => options.version === undefined || version === options.version,
  );
  return reasonsAgainst(levelFor(state, subject, options.fallback), text, earlier);
}

/** The level that counts for a subject. */
export function levelFor(
  state: RegistryState,
  subject: string | undefined,
  fallback: CompatibilityLevel,
): CompatibilityLevel {
  return (subject === undefined ? undefined : state.levelOf(subject)) ?? state.levelOf() ?? fallback;
}

/** The mode that counts for a subject. */
export function modeFor(state: RegistryState, subject?: string): RegistryMode {
  return (subject === undefined ? undefined : state.modeOf(subject)) ?? state.modeOf() ?? "READWRITE";
}

/** Deletes a subject. @returns The versions that went. */
export function deleteSubject(
  state: RegistryState,
  subject: string,
  isPermanent: boolean,
): Decision<readonly number[]> {
  const all = state.versions(subject, true);
  const there = state.versions(subject);
  if (all.length === 0) throw subjectNotFound(subject);
  checkWritable(state, subject);
  if (isPermanent) {
    if (there.length > 0)
      throw new RegistryRefusal(
        40405,
        `subject ${quoted(subject)}: was not deleted yet, so it cannot go for good; delete it without permanent=true first`,
      );
    const versions = all.map(({ version }) => version);
    return { events: [{ kind: "deleted", subject, versions, isPermanent }], answer: versions };
  }
  if (there.length === 0)
    throw new RegistryRefusal(
      40404,
      `subject ${quoted(subject)}: was deleted already; permanent=true removes it for good`,
    );
  const versions = there.map(({ version }) => version);
  for (const version of versions) checkUnreferenced(state, subject, version);
  const events: RegistryEvent[] = [{ kind: "deleted", subject, versions, isPermanent }];
  // A subject that comes again begins with the registry's level and mode.
  if (state.levelOf(subject) !== undefined) events.push({ kind: "level", subject, level: null });
  if (state.modeOf(subject) !== undefined) events.push({ kind: "mode", subject, mode: null });
  return { events, answer: versions };
}

/** Deletes one version. */
export function deleteVersion(
  state: RegistryState,
  subject: string,
  version: number,
  isPermanent: boolean,
): Decision<number> {
  if (state.versions(subject, true).length === 0) throw subjectNotFound(subject);
  const found = state.version(subject, version);
  if (found === undefined) throw versionNotFound(subject, version);
  checkWritable(state, subject);
  const what = `subject ${quoted(subject)}, version ${version}`;
  if (isPermanent && !found.isDeleted)
    throw new RegistryRefusal(
      40407,
      `${what}: was not deleted yet, so it cannot go for good; delete it without permanent=true first`,
    );
  if (!isPermanent && found.isDeleted)
    throw new RegistryRefusal(40406, `${what}: was deleted already; permanent=true removes it for good`);
  checkUnreferenced(state, subject, version);
  return { events: [{ kind: "deleted", subject, versions: [version], isPermanent }], answer: version };
}

/** Sets a level, or takes it back. */
export function setLevel(
  state: RegistryState,
  subject: string | undefined,
  level: CompatibilityLevel | undefined,
): Decision<void> {
  if (subject !== undefined) checkSubject(subject);
  if (state.levelOf(subject) === level) return { events: [], answer: undefined };
  return { events: [{ kind: "level", ...named(subject), level: level ?? null }], answer: undefined };
}

/** Sets a mode, or takes it back. `isForced`: import mode also where there are schemas already. */
export function setMode(
  state: RegistryState,
  subject: string | undefined,
  mode: RegistryMode | undefined,
  isForced: boolean,
): Decision<void> {
  if (subject !== undefined) checkSubject(subject);
  const isEmpty = subject === undefined ? state.subjects().length === 0 : state.versions(subject).length === 0;
  if (mode === "IMPORT" && !isEmpty && !isForced && modeFor(state, subject) !== "IMPORT")
    throw new RegistryRefusal(
      42205,
      `mode IMPORT: ${subject === undefined ? "the registry" : `subject ${quoted(subject)}`} has schemas already; ` +
        "add force=true to import beside them",
    );
  if (state.modeOf(subject) === mode) return { events: [], answer: undefined };
  return { events: [{ kind: "mode", ...named(subject), mode: mode ?? null }], answer: undefined };
}

export function subjectNotFound(subject: string): RegistryRefusal {
  return new RegistryRefusal(40401, `Subject '${subject}' not found.`);
}

export function versionNotFound(subject: string, version: number | string): RegistryRefusal {
  return new RegistryRefusal(40402, `Version ${version} not found. Subject '${subject}' has others.`);
}

/** The text with its references written out. @throws VALUE_INVALID */
function checkedText(state: RegistryState, content: Content): string {
  if (Buffer.byteLength(content.schema) > maxSchemaBytes)
    throw new RegistryRefusal(42209, `the schema is larger than ${maxSchemaBytes} bytes`);
  for (const { name, subject, version } of content.references) {
    const found = state.version(subject, version);
    if (found === undefined || found.isDeleted)
      throw new RegistryRefusal(
        42201,
        `reference ${quoted(name)}: subject ${quoted(subject)} has no version ${version}; register it first`,
      );
  }
  try {
    const text = state.complete(content);
    checkSchema(text);
    return text;
  } catch (error) {
    const detail = isAffinityError(error) ? error.detail : messageOf(error);
    throw new RegistryRefusal(42201, `Invalid schema: ${detail}`, { cause: error });
  }
}

function earlierTexts(
  state: RegistryState,
  subject: string,
): readonly { readonly version: number; readonly schema: string }[] {
  return state.versions(subject).map(({ version, id }) => ({ version, schema: state.completeText(id) ?? "" }));
}

function checkSubject(subject: string): void {
  const isReserved = subject === "__GLOBAL" || subject === "__EMPTY";
  if (subject.length > 0 && subject.length <= maxSubjectLength && !isReserved && !/\p{Cc}/u.test(subject)) return;
  throw new RegistryRefusal(
    42208,
    `subject ${quoted(subject.slice(0, 100))}: is no name of a subject; 1 to ${maxSubjectLength} characters without ` +
      "control characters would be right",
  );
}

function checkMode(mode: RegistryMode, { subject, id }: Registration): void {
  if (mode === "READONLY") throw readOnly(subject);
  if (mode === "IMPORT" && id === undefined)
    throw new RegistryRefusal(
      42205,
      `subject ${quoted(subject)}: is in import mode, in which a schema brings its id and version`,
    );
  if (mode !== "IMPORT" && id !== undefined)
    throw new RegistryRefusal(42205, `subject ${quoted(subject)}: is not in import mode, so it gives ids itself`);
}

function checkImport(state: RegistryState, registration: Registration): void {
  const { id, version, subject } = registration;
  if (id === undefined) return;
  const content = state.contentOf(id);
  const isSame =
    content === undefined || new Set([content, registration].map((each) => state.idOf(each) ?? 0)).size === 1;
  if (!isSame) throw new RegistryRefusal(42207, `id ${id}: belongs to another schema`);
  const taken = version === undefined ? undefined : state.version(subject, version);
  if (taken !== undefined && taken.id !== id)
    throw new RegistryRefusal(42205, `subject ${quoted(subject)}, version ${version}: is another schema`);
}

function checkWritable(state: RegistryState, subject: string): void {
  if (modeFor(state, subject) === "READONLY") throw readOnly(subject);
}

function checkUnreferenced(state: RegistryState, subject: string, version: number): void {
  const referrers = state.referrersOf(subject, version);
  if (referrers.length > 0)
    throw new RegistryRefusal(
      42206,
      `subject ${quoted(subject)}, version ${version}: schemas ${referrers.slice(0, 10).join(", ")} refer to it; delete them first`,
    );
}

function readOnly(subject: string): RegistryRefusal {
  return new RegistryRefusal(42205, `subject ${quoted(subject)}: is in read-only mode`);
}

function incompatible(subject: string, level: CompatibilityLevel, reasons: readonly string[]): RegistryRefusal {
  return new RegistryRefusal(
    409,
    `subject ${quoted(subject)}: the schema is not ${level} compatible with what is registered; ${reasons.join(" ")} ` +
      "Or change the subject's compatibility level.",
  );
}

function named(subject: string | undefined): { readonly subject?: string } {
  return subject === undefined ? {} : { subject };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
