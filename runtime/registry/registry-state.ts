/** What a registry knows: the sum of its events. Pure; the rules of what may happen stand in `registry-rules.ts`. */
import type { CompatibilityLevel } from "../schema/compatibility.js";
import { canonicalText } from "./canonical-text.js";
import { completeSchema } from "./complete-schema.js";
import type { RegisteredSchema, SchemaReference } from "./registry.js";
import type { Registered, RegistryEvent, RegistryMode } from "./registry-event.js";

/** A schema as it was registered first. */
export interface Content {
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** A version of a subject. */
export interface Version {
  readonly version: number;
  readonly id: number;
  /** Hidden, until it is registered again or deleted for good. */
  readonly isDeleted: boolean;
}

interface Subject {
  /** In ascending order; those deleted for good are gone. */
  readonly versions: readonly Version[];
  /** The highest version that there ever was: none is given twice while the subject exists. */
  readonly highest: number;
}

const noSubject: Subject = { versions: [], highest: 0 };

/** The registry's own level and mode stand where others have a subject. */
const whole = "";

/** See the head of the file. */
export class RegistryState {
  #contents = new Map<number, Content>();
  #ids = new Map<string, number>();
  #subjects = new Map<string, Subject>();
  #levels = new Map<string, CompatibilityLevel>();
  #modes = new Map<string, RegistryMode>();
  /** Texts with their references written out, made when they are asked for. */
  #complete = new Map<number, string>();
  #highestId = 0;

  /** A state of its own with the same content. */
  copy(): RegistryState {
    const copy = new RegistryState();
    copy.#contents = new Map(this.#contents);
    copy.#ids = new Map(this.#ids);
    copy.#subjects = new Map(this.#subjects);
    copy.#levels = new Map(this.#levels);
    copy.#modes = new Map(this.#modes);
    copy.#complete = new Map(this.#complete);
    copy.#highestId = this.#highestId;
    return copy;
  }

  apply(event: RegistryEvent): void {
    switch (event.kind) {
      case "registered":
        this.#register(event);
        break;
      case "deleted":
        this.#delete(event.subject, new Set(event.versions), event.isPermanent);
        break;
      case "level":
        if (event.level === null) this.#levels.delete(event.subject ?? whole);
        else this.#levels.set(event.subject ?? whole, event.level);
        break;
      case "mode":
        if (event.mode === null) this.#modes.delete(event.subject ?? whole);
        else this.#modes.set(event.subject ?? whole, event.mode);
        break;
    }
  }

  /** The id of a schema, whatever its white space and the order of its members. */
  idOf(content: Content): number | undefined {
    return this.#ids.get(contentKey(content));
  }

  get nextId(): number {
    return this.#highestId + 1;
  }

  /** Ids of schemas that were ever registered, in ascending order. */
  get ids(): readonly number[] {
    return [...this.#contents.keys()].sort((one, other) => one - other);
  }

  /** The schema of an id, also where no subject has it any more. */
  contentOf(id: number): Content | undefined {
    return this.#contents.get(id);
  }

  /** Its text with the types of its references written out where they are used first. @throws VALUE_INVALID */
  completeText(id: number): string | undefined {
    const content = this.#contents.get(id);
    if (content === undefined) return undefined;
    let text = this.#complete.get(id);
    if (text === undefined) {
      text = this.complete(content);
      this.#complete.set(id, text);
    }
    return text;
  }

  /** The same of a schema that may not be registered. @throws VALUE_INVALID for one whose references are not there. */
  complete({ schema, references }: Content): string {
    return completeSchema(
      schema,
      references.map(({ name, subject, version }) => {
        const found = this.version(subject, version);
        return { name, schema: found === undefined ? undefined : this.completeText(found.id) };
      }),
    );
  }

  /** Subjects with a version that is there; with `hidden` also those whose versions are all deleted. */
  subjects(hidden = false): readonly string[] {
    return [...this.#subjects.keys()].filter((subject) => this.versions(subject, hidden).length > 0).sort();
  }

  /** Versions in ascending order; with `hidden` also deleted ones. */
  versions(subject: string, hidden = false): readonly Version[] {
    const { versions } = this.#subjects.get(subject) ?? noSubject;
    return hidden ? versions : versions.filter(({ isDeleted }) => !isDeleted);
  }

  version(subject: string, version: number): Version | undefined {
    return this.#subjects.get(subject)?.versions.find((entry) => entry.version === version);
  }

  nextVersion(subject: string): number {
    return (this.#subjects.get(subject)?.highest ?? 0) + 1;
  }

  /** Subjects and versions that have an id. */
  placesOf(id: number, hidden = false): readonly { readonly subject: string; readonly version: number }[] {
    return this.subjects(hidden).flatMap((subject) =>
      this.versions(subject, hidden)
        .filter((entry) => entry.id === id)
        .map(({ version }) => ({ subject, version })),
    );
  }

  /** Ids of the schemas, of versions not deleted for good, that refer to a version. */
  referrersOf(subject: string, version: number): readonly number[] {
    const refers = ({ references }: Content): boolean =>
      references.some((reference) => reference.subject === subject && reference.version === version);
    return this.ids.filter((id) => {
      const content = this.#contents.get(id);
      return content !== undefined && refers(content) && this.placesOf(id, true).length > 0;
    });
  }

  /** A subject's own level, or the registry's own. */
  levelOf(subject?: string): CompatibilityLevel | undefined {
    return this.#levels.get(subject ?? whole);
  }

  modeOf(subject?: string): RegistryMode | undefined {
    return this.#modes.get(subject ?? whole);
  }

  /** A version as the port gives it. */
  registered(subject: string, { version, id }: Version): RegisteredSchema {
    const content = this.#contents.get(id);
    if (content === undefined) throw new Error(`assertion failed: schema id ${id} has a text`);
    const { schema, references } = content;
    return { id, subject, version, schema, ...(references.length === 0 ? {} : { references }) };
  }

  #register({ subject, version, id, schema, references = [] }: Registered): void {
    if (schema !== undefined && !this.#contents.has(id)) {
      const content = { schema, references };
      this.#contents.set(id, content);
      const key = contentKey(content);
      if (!this.#ids.has(key)) this.#ids.set(key, id);
    }
    this.#highestId = Math.max(this.#highestId, id);
    const { versions, highest } = this.#subjects.get(subject) ?? noSubject;
    const others = versions.filter((entry) => entry.version !== version);
    const next = [...others, { version, id, isDeleted: false }].sort((one, other) => one.version - other.version);
    this.#subjects.set(subject, { versions: next, highest: Math.max(highest, version) });
  }

  #delete(subject: string, deleted: ReadonlySet<number>, isPermanent: boolean): void {
    const { versions, highest } = this.#subjects.get(subject) ?? noSubject;
    const left = isPermanent
      ? versions.filter(({ version }) => !deleted.has(version))
      : versions.map((entry) => (deleted.has(entry.version) ? { ...entry, isDeleted: true } : entry));
    if (left.length === 0) this.#subjects.delete(subject);
    else this.#subjects.set(subject, { versions: left, highest });
  }
}

function contentKey({ schema, references }: Content): string {
  const text = canonicalText("schema", schema);
  if (references.length === 0) return text;
  const sorted = references
    .map(({ name, subject, version }) => JSON.stringify([name, subject, version]))
    .sort()
    .join();
  return `${text} ${sorted}`;
}
