/** What a registry knows: schemas by id, versions by subject. Pure; adapters decide when a change is kept. */
import { canonicalText } from "./canonical-text.js";
import type { RegisteredSchema } from "./registry.js";

/** Ids and versions count from 1. */
export class SchemaTable {
  #texts = new Map<number, string>();
  #ids = new Map<string, number>();
  #subjects = new Map<string, readonly RegisteredSchema[]>();

  /** A table of its own with the same content. */
  copy(): SchemaTable {
    const copy = new SchemaTable();
    copy.#texts = new Map(this.#texts);
    copy.#ids = new Map(this.#ids);
    copy.#subjects = new Map(this.#subjects);
    return copy;
  }

  /** What the registration of a schema would give, and whether it is there already. Changes nothing. */
  plan(subject: string, schema: string): { readonly registered: RegisteredSchema; readonly isKnown: boolean } {
    const id = this.#ids.get(canonicalText(subject, schema));
    const versions = this.#subjects.get(subject) ?? [];
    const same = versions.find((version) => version.id === id);
    if (same !== undefined) return { registered: same, isKnown: true };
    const text = id === undefined ? schema : (this.#texts.get(id) ?? schema);
    const registered = { id: id ?? this.#texts.size + 1, subject, version: versions.length + 1, schema: text };
    return { registered, isKnown: false };
  }

  /** Whether an id has its text. */
  has(id: number): boolean {
    return this.#texts.has(id);
  }

  /** Adds what `plan` gave. */
  add(registered: RegisteredSchema): void {
    if (!this.#texts.has(registered.id)) {
      this.#texts.set(registered.id, registered.schema);
      this.#ids.set(canonicalText(registered.subject, registered.schema), registered.id);
    }
    this.#subjects.set(registered.subject, [...(this.#subjects.get(registered.subject) ?? []), registered]);
  }

  latest(subject: string): RegisteredSchema | undefined {
    return this.#subjects.get(subject)?.at(-1);
  }

  versions(subject: string): readonly RegisteredSchema[] {
    return this.#subjects.get(subject) ?? [];
  }

  subjects(): readonly string[] {
    return [...this.#subjects.keys()];
  }

  textOf(id: number): string | undefined {
    return this.#texts.get(id);
  }
}
