/** Which types have the same bytes for the same values, though their schemas differ. */
import { sourcesOf } from "./aliases.js";
import type { Matching } from "./matching.js";
import type { RecordNode, TypeNode } from "./type-node.js";

/** Promotions that leave the bytes as they are. */
const alike: readonly string[] = ["int long", "string bytes", "bytes string"];

/** Looks at types that match; remembers pairs of records that are the same. */
export class SameBytes {
  readonly #matching: Matching;
  readonly #known = new Map<RecordNode, Map<RecordNode, boolean>>();

  constructor(matching: Matching) {
    this.#matching = matching;
  }

  /** Whether every value's bytes of the writer are the reader's bytes of what it reads. */
  areSame(writer: TypeNode, reader: TypeNode): boolean {
    const visited = new Map<RecordNode, Set<RecordNode>>();
    const isSame = this.#areSame(writer, reader, visited);
    // Nothing that can be reached differs, and so none of what was visited does; of a difference only its root is known.
    if (isSame) {
      for (const [from, readers] of visited) for (const to of readers) this.#remember(from, to, true);
    } else if (writer.kind === "record" && reader.kind === "record") this.#remember(writer, reader, false);
    return isSame;
  }

  #areSame(writer: TypeNode, reader: TypeNode, visited: Map<RecordNode, Set<RecordNode>>): boolean {
    if (writer.kind === "union") {
      if (reader.kind !== "union" || writer.branches.length > reader.branches.length) return false;
      return writer.branches.every((branch, index) => {
        const other = reader.branches[index];
        const isOwn = other !== undefined && this.#matching.branch(branch, reader) === index;
        return isOwn && this.#areSame(branch, other, visited);
      });
    }
    if (writer.kind === "record" && reader.kind === "record") {
      const known = this.#known.get(writer)?.get(reader);
      if (known !== undefined) return known;
      const readers = visited.get(writer) ?? new Set();
      visited.set(writer, readers);
      if (readers.has(reader)) return true;
      readers.add(reader);
      return (
        writer.fields.length === reader.fields.length &&
        reader.fields.every((field, index) => {
          const from = writer.fields[index];
          return (
            from !== undefined && sourcesOf(field, writer)[0] === index && this.#areSame(from.type, field.type, visited)
          );
        })
      );
    }
    if (writer.kind === "array" && reader.kind === "array") return this.#areSame(writer.items, reader.items, visited);
    if (writer.kind === "map" && reader.kind === "map") return this.#areSame(writer.values, reader.values, visited);
    if (writer.kind === "enum" && reader.kind === "enum")
      return writer.symbols.every((symbol, index) => reader.symbols[index] === symbol);
    return writer.kind === reader.kind || alike.includes(`${writer.kind} ${reader.kind}`);
  }

  #remember(writer: RecordNode, reader: RecordNode, isSame: boolean): void {
    const readers = this.#known.get(writer) ?? new Map<RecordNode, boolean>();
    this.#known.set(writer, readers);
    readers.set(reader, isSame);
  }
}
