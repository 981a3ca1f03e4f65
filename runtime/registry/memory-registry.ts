/** A registry that remembers nothing beyond its life: for tests, and for a changelog in memory. */
import type { RegisteredSchema, Registry } from "./registry.js";
import { SchemaTable } from "./schema-table.js";

/** See the head of the file. */
export class MemoryRegistry implements Registry {
  readonly #table = new SchemaTable();

  async register(subject: string, schema: string): Promise<RegisteredSchema> {
    const { registered, isKnown } = this.#table.plan(subject, schema);
    if (!isKnown) this.#table.add(registered);
    return registered;
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.#table.latest(subject);
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.#table.versions(subject);
  }

  async subjects(): Promise<readonly string[]> {
    return this.#table.subjects();
  }

  async schemaById(id: number): Promise<string | undefined> {
    return this.#table.textOf(id);
  }

  async close(): Promise<void> {}
}
