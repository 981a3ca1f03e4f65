/** Which types have a finite value. A record that holds itself outright is legal Avro, and has none. */
import type { NamedType, Schema, SchemaModel } from "./model.js";

/** Full names of the types that have a finite value. Also an enum without symbols and an empty union have none. */
export function finiteTypes(model: SchemaModel): ReadonlySet<string> {
  const finite = new Set<string>();
  const ready: string[] = [];
  const watchers = new Map<string, Watch[]>();
  for (const type of model.types.values()) {
    const needs = needsOf(type);
    if (needs.length === 0) ready.push(type.fullName);
    const record = { fullName: type.fullName, open: needs.length };
    for (const names of needs) watch(watchers, names, { record, isMet: false });
  }
  for (let fullName = ready.pop(); fullName !== undefined; fullName = ready.pop()) {
    finite.add(fullName);
    for (const watched of watchers.get(fullName) ?? []) {
      if (watched.isMet) continue;
      watched.isMet = true;
      if (--watched.record.open === 0) ready.push(watched.record.fullName);
    }
  }
  return finite;
}

/** One need of a record, and how many of its needs are open. */
interface Watch {
  readonly record: { readonly fullName: string; open: number };
  isMet: boolean;
}

function watch(watchers: Map<string, Watch[]>, names: ReadonlySet<string>, need: Watch): void {
  for (const name of names) {
    const list = watchers.get(name);
    if (list === undefined) watchers.set(name, [need]);
    else list.push(need);
  }
}

/** For each part that is not finite by itself the names of which one must be finite; none of them can help an empty set. */
function needsOf(type: NamedType): readonly ReadonlySet<string>[] {
  if (type.kind === "fixed") return [];
  if (type.kind === "enum") return type.symbols.length === 0 ? [new Set<string>()] : [];
  return type.fields.flatMap((field) => needOf(field.type) ?? []);
}

/** Undefined for a schema that has finite values whatever its types are: arrays and maps may be empty. */
function needOf(schema: Schema): ReadonlySet<string> | undefined {
  if (schema.kind === "reference") return new Set([schema.fullName]);
  if (schema.kind !== "union") return undefined;
  const names = new Set<string>();
  for (const branch of schema.branches) {
    if (branch.kind !== "reference") return undefined;
    names.add(branch.fullName);
  }
  return names;
}
