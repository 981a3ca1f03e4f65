/**
 * Whether every value of a writer's schema can be read with a reader's: one walk through both, whose verdict stands when the
 * two meet, and not when a value does.
 *
 * Source: Avro 1.12 specification, "Schema Resolution" and "Aliases"; Apache Avro for Java 1.12.0, `SchemaCompatibility`,
 * whose verdicts these are except where `docs/differences.md` says so.
 */
import { enumDefaultOf, isNamed, namesMatch, sourcesOf } from "./aliases.js";
import { symbolList } from "./fault.js";
import type { Incompatibility, IncompatibilityRule, SchemaPlace } from "./incompatibility.js";
import { isPromoted, logicalConflict } from "./promotion.js";
import type { EnumNode, FieldNode, FixedNode, PrimitiveNode, RecordNode, TypeNode, UnionNode } from "./type-node.js";

/** Pairs of types that are compared at most: unions of recursive types can make more of them than any real schema has. */
export const comparisonLimit = 100_000;

/** Reasons kept: nobody's next step is the hundredth. */
const reasonLimit = 100;

type Reasons = readonly Incompatibility[];
const none: Reasons = [];

/** Where the walk stands. */
interface Place {
  readonly path: string;
  readonly reader: SchemaPlace;
  readonly writer: SchemaPlace;
}

/** Two records that are or were compared. While they are being compared they count as matching: recursion ends there. */
interface Known {
  reasons: Reasons;
  isOpen: boolean;
  /** Whether something counted them as matching while they were open. */
  isAssumed: boolean;
}

/** Compares types, and remembers what it found of records. */
export class Matching {
  readonly #known = new Map<RecordNode, Map<RecordNode, Known>>();
  /** Records found to match, in order: what rests on an assumption that fails is forgotten with it. */
  #matched: (readonly [RecordNode, RecordNode])[] = [];
  #comparisons = 0;

  /** Why not every value of the writer can be read; empty when each can. */
  reasons(writer: TypeNode, reader: TypeNode): Reasons {
    this.#comparisons = 0;
    const outside = { type: undefined, field: undefined };
    return this.#compare(writer, reader, { path: nameOf(reader), reader: outside, writer: outside });
  }

  /** Index of the reader's branch that takes the values of a writer that is no union; undefined where none does. */
  branch(writer: TypeNode, reader: UnionNode): number | undefined {
    return candidates(writer, reader).find((index) => {
      const branch = reader.branches[index];
      return branch !== undefined && this.reasons(writer, branch).length === 0;
    });
  }

  #compare(writer: TypeNode, reader: TypeNode, place: Place): Reasons {
    this.#comparisons += 1;
    if (this.#comparisons > comparisonLimit)
      return reason("SCHEMA_TOO_LARGE", place, `takes more than ${comparisonLimit} comparisons`);
    if (writer.kind === "union") return this.#eachBranch(writer, reader, place);
    if (reader.kind === "union") return this.#someBranch(writer, reader, place);
    if (writer.kind === "array" && reader.kind === "array")
      return this.#compare(writer.items, reader.items, { ...place, path: `${place.path}[]` });
    if (writer.kind === "map" && reader.kind === "map")
      return this.#compare(writer.values, reader.values, { ...place, path: `${place.path}{}` });
    if (writer.kind === "record" && reader.kind === "record") return this.#records(writer, reader, place);
    if (writer.kind === "enum" && reader.kind === "enum") return enums(writer, reader, place);
    if (writer.kind === "fixed" && reader.kind === "fixed") return fixeds(writer, reader, place);
    return isPrimitive(writer) && isPrimitive(reader)
      ? primitives(writer, reader, place)
      : types(writer, reader, place);
  }

  /** Whatever branch a value is of, it is read. */
  #eachBranch(writer: UnionNode, reader: TypeNode, place: Place): Reasons {
    return merged(
      writer.branches.map((branch, index) => {
        const path = reader.kind === "union" ? place.path : `${place.path}<${writer.tags[index]}>`;
        return this.#compare(branch, reader, { ...place, path });
      }),
    );
  }

  #someBranch(writer: TypeNode, reader: UnionNode, place: Place): Reasons {
    let first: Reasons | undefined;
    for (const index of candidates(writer, reader)) {
      const branch = reader.branches[index];
      if (branch === undefined) continue;
      const path = `${place.path}<${reader.tags[index]}>`;
      const reasons = this.#compare(writer, branch, { ...place, path });
      if (reasons.length === 0) return none;
      first ??= reasons;
    }
    const tags = symbolList(reader.tags);
    return first ?? reason("MISSING_UNION_BRANCH", place, `is written as ${described(writer)}; read are only ${tags}`);
  }

  #records(writer: RecordNode, reader: RecordNode, place: Place): Reasons {
    let readers = this.#known.get(writer);
    if (readers === undefined) {
      readers = new Map();
      this.#known.set(writer, readers);
    }
    const found = readers.get(reader);
    if (found !== undefined) {
      if (found.isOpen) found.isAssumed = true;
      return found.reasons;
    }
    const known: Known = { reasons: none, isOpen: true, isAssumed: false };
    readers.set(reader, known);
    const before = this.#matched.length;
    known.reasons = namesMatch(writer, reader) ? this.#fields(writer, reader, place) : names(writer, reader, place);
    known.isOpen = false;
    if (known.reasons.length === 0) this.#matched.push([writer, reader]);
    else if (known.isAssumed) {
      for (const [from, to] of this.#matched.splice(before)) this.#known.get(from)?.delete(to);
    }
    return known.reasons;
  }

  #fields(writer: RecordNode, reader: RecordNode, place: Place): Reasons {
    const taken = new Map<number, string>();
    return merged(
      reader.fields.map((field) => {
        const [source, second] = sourcesOf(field, writer);
        const from = source === undefined ? undefined : writer.fields[source];
        const within: Place = {
          path: `${place.path}.${field.name}`,
          reader: { type: reader.name, field: field.name },
          writer: { type: writer.name, field: from?.name },
        };
        if (source === undefined || from === undefined) {
          if (field.default !== undefined) return none;
          const text = `is not a field of the writer's ${writer.name} and has no default`;
          return reason("READER_FIELD_MISSING_DEFAULT_VALUE", within, text, renamed(field, writer, reader));
        }
        const other = taken.get(source);
        if (second !== undefined || other !== undefined) {
          const two = `${from.name} and ${writer.fields[second ?? source]?.name}`;
          const text =
            second === undefined
              ? `means the writer's field ${from.name}, as does ${other}`
              : `means by name and alias two fields of the writer: ${two}`;
          return reason("FIELD_AMBIGUOUS", within, text);
        }
        taken.set(source, field.name);
        return this.#compare(from.type, field.type, within);
      }),
    );
  }
}

/**
 * Branches that may take a writer's values, the likeliest first. Of one's own type there is one, unless it has a name; a type
 * that it is promoted to counts where there is none.
 */
function candidates(writer: TypeNode, { branches }: UnionNode): readonly number[] {
  const where = (test: (branch: TypeNode) => boolean): number[] =>
    branches.flatMap((branch, index) => (test(branch) ? [index] : []));
  if (writer.kind === "record" || writer.kind === "enum" || writer.kind === "fixed") {
    const { name } = writer;
    const same = where((branch) => branch.kind === writer.kind && isNamed(branch, name));
    const alike = where(
      (branch) => branch.kind === writer.kind && namesMatch(writer, branch) && !isNamed(branch, name),
    );
    return [...same, ...alike];
  }
  const own = where((branch) => branch.kind === writer.kind);
  return own.length > 0 ? own : where((branch) => isPromoted(writer.kind, branch.kind)).slice(0, 1);
}

function primitives(writer: PrimitiveNode, reader: PrimitiveNode, place: Place): Reasons {
  if (writer.kind !== reader.kind && !isPromoted(writer.kind, reader.kind)) return types(writer, reader, place);
  return logicals(writer, reader, place);
}

function logicals(writer: PrimitiveNode | FixedNode, reader: PrimitiveNode | FixedNode, place: Place): Reasons {
  const conflict = logicalConflict(writer, reader);
  return conflict === undefined ? none : reason("LOGICAL_TYPE_MISMATCH", place, conflict);
}

function enums(writer: EnumNode, reader: EnumNode, place: Place): Reasons {
  if (!namesMatch(writer, reader)) return names(writer, reader, place);
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (missing.length === 0 || enumDefaultOf(reader) !== undefined) return none;
  const text = `lacks symbols of the writer and has no default: ${symbolList(missing)}`;
  return reason("MISSING_ENUM_SYMBOLS", ofTypes(place, writer, reader), text);
}

function fixeds(writer: FixedNode, reader: FixedNode, place: Place): Reasons {
  if (!namesMatch(writer, reader)) return names(writer, reader, place);
  if (writer.size === reader.size) return logicals(writer, reader, place);
  const text = `is written as ${writer.size} bytes and read as ${reader.size}`;
  return reason("FIXED_SIZE_MISMATCH", ofTypes(place, writer, reader), text);
}

/** The place of a fault of the types themselves, wherever they are used. */
function ofTypes({ path }: Place, writer: EnumNode | FixedNode, reader: EnumNode | FixedNode): Place {
  return { path, reader: { type: reader.name, field: undefined }, writer: { type: writer.name, field: undefined } };
}

function types(writer: TypeNode, reader: TypeNode, place: Place): Reasons {
  return reason(
    "TYPE_MISMATCH",
    place,
    `is written as ${described(writer)} and cannot be read as ${described(reader)}`,
  );
}

function names(writer: TypeNode, reader: TypeNode, place: Place): Reasons {
  const text = `is written as ${described(writer)}; ${described(reader)} has neither its name nor that as an alias`;
  return reason("NAME_MISMATCH", place, text);
}

function reason(rule: IncompatibilityRule, place: Place, text: string, renamedFrom?: string): Reasons {
  const found = { rule, path: place.path, reason: text, reader: place.reader, writer: place.writer };
  return [renamedFrom === undefined ? found : { ...found, renamedFrom }];
}

/** The writer's field that a new one of the reader may be: of such a type, and meant by no other. A guess, for the cure alone. */
function renamed({ type }: FieldNode, writer: RecordNode, reader: RecordNode): string | undefined {
  const meant = new Set(reader.fields.flatMap((field) => sourcesOf(field, writer)));
  return writer.fields.find(
    (field, index) => !meant.has(index) && (field.type.kind === type.kind || isPromoted(field.type.kind, type.kind)),
  )?.name;
}

function merged(lists: readonly Reasons[]): Reasons {
  const all = new Set(lists.flat());
  return all.size === 0 ? none : [...all].slice(0, reasonLimit);
}

function isPrimitive(node: TypeNode): node is PrimitiveNode {
  return "isNumber" in node;
}

function described(node: TypeNode): string {
  if (node.kind === "union") return `a union of ${symbolList(node.tags)}`;
  return "name" in node ? `${node.kind} ${node.name}` : node.kind;
}

function nameOf(node: TypeNode): string {
  return "name" in node ? node.name : node.kind;
}
