/** Types as schemas of the plainest form: full names, each type defined where it is first used, nothing but what binary needs. */
import type { Shape, Types } from "./shape.js";

/** Texts of schemas that define all types. For judges that ask for definitions before their uses, as Java does not. */
export function plainSchemas(types: Types): readonly string[] {
  const defined = new Set<string>();
  return [...types.keys()]
    .filter((name) => !defined.has(name))
    .map((name) => JSON.stringify(namedSchema(name, types, defined)));
}

function namedSchema(name: string, types: Types, defined: Set<string>): unknown {
  const type = types.get(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  if (defined.has(name)) return name;
  defined.add(name);
  // Without it a name without a dot would be one of the namespace around it.
  const own = { name, ...(name.includes(".") ? {} : { namespace: "" }) };
  if (type.kind === "enum") return { type: "enum", ...own, symbols: type.symbols };
  if (type.kind === "fixed") return { type: "fixed", ...own, size: type.size };
  const fields = type.fields.map((field) => ({ name: field.name, type: schemaOf(field.type, types, defined) }));
  return { type: "record", ...own, fields };
}

function schemaOf(shape: Shape, types: Types, defined: Set<string>): unknown {
  switch (shape.kind) {
    case "named":
      return namedSchema(shape.name, types, defined);
    case "array":
      return { type: "array", items: schemaOf(shape.items, types, defined) };
    case "map":
      return { type: "map", values: schemaOf(shape.values, types, defined) };
    case "union":
      return shape.branches.map((branch) => schemaOf(branch, types, defined));
    default:
      return shape.kind;
  }
}
