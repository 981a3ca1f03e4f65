/** Changes of a schema as people make them, and as they should not. */
import type { Chance } from "../../../test/support/chance.js";
import { logicals, primitives, SchemaMaker } from "./make-schema.js";
import { type Definition, type Field, fullName, type Model, type Part, typeOf, usedTypes } from "./model.js";

export interface Changed {
  readonly model: Model;
  readonly names: number;
  /** What was done. */
  readonly kind: string;
}

/** One change; of kinds that do not fit the schema another is taken. */
export function changeSchema({ model, names }: Pick<Changed, "model" | "names">, chance: Chance): Changed {
  const change = new Change(model, names, chance);
  for (;;) {
    const kind = chance.pick(kinds);
    const changed = change.run(kind);
    if (changed !== undefined) return { model: changed, names: change.names, kind };
  }
}

const kinds = [
  "add a field with a default",
  "add a field with a default",
  "add a field without a default",
  "remove a field",
  "remove a field",
  "reorder fields",
  "rename a field with an alias",
  "rename a field",
  "promote a primitive",
  "promote a primitive",
  "change a primitive",
  "change a logical type",
  "change a decimal",
  "rename a type with an alias",
  "rename a type with an alias",
  "rename a type",
  "move a type to another namespace",
  "add an enum symbol",
  "remove an enum symbol",
  "remove an enum symbol, with a default",
  "reorder enum symbols",
  "change a fixed size",
  "wrap a type in a union",
  "wrap a type in a union",
  "add a union branch",
  "remove a union branch",
  "reorder union branches",
  "unwrap a union",
  "change a default",
] as const;
type Kind = (typeof kinds)[number];

const promotions: { readonly [name: string]: readonly string[] } = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

class Change {
  readonly #model: Model;
  readonly #chance: Chance;
  readonly #maker: SchemaMaker;

  constructor(model: Model, names: number, chance: Chance) {
    this.#model = model;
    this.#chance = chance;
    this.#maker = new SchemaMaker(chance, model.types, names);
  }

  get names(): number {
    return this.#maker.names;
  }

  run(kind: Kind): Model | undefined {
    switch (kind) {
      case "add a field with a default":
      case "add a field without a default":
        return this.#record((fields) => this.#withField(fields, kind === "add a field with a default"));
      case "remove a field":
        return this.#field((fields, index) => fields.toSpliced(index, 1));
      case "reorder fields":
        return this.#record((fields) => (fields.length < 2 ? undefined : this.#shuffled(fields)));
      case "rename a field with an alias":
      case "rename a field": {
        const isAliased = kind === "rename a field with an alias";
        return this.#field((fields, index, field) =>
          fields.with(index, {
            ...field,
            name: `${field.name}x`,
            aliases: isAliased ? [...field.aliases, field.name] : field.aliases,
          }),
        );
      }
      case "change a default":
        return this.#field((fields, index, field) => fields.with(index, this.#defaulted(field)));
      case "promote a primitive":
      case "change a primitive":
        return this.#part((part) => this.#otherPrimitive(part, kind === "promote a primitive"));
      case "change a logical type":
        return this.#part((part) => this.#otherLogical(part));
      case "change a decimal":
        return this.#part((part) => this.#otherDecimal(part));
      case "wrap a type in a union":
        return this.#part((part) => (part.kind === "union" ? undefined : this.#wrapped(part)));
      case "add a union branch":
        return this.#part((part) => (part.kind === "union" ? this.#withBranch(part.branches) : undefined));
      case "remove a union branch":
        return this.#part((part) =>
          part.kind === "union" && part.branches.length > 1
            ? { kind: "union", branches: part.branches.toSpliced(this.#chance.int(0, part.branches.length), 1) }
            : undefined,
        );
      case "reorder union branches":
        return this.#part((part) =>
          part.kind === "union" && part.branches.length > 1
            ? { kind: "union", branches: this.#shuffled(part.branches) }
            : undefined,
        );
      case "unwrap a union":
        return this.#part((part) => (part.kind === "union" ? this.#chance.pick(part.branches) : undefined));
      default:
        return this.#named(kind);
    }
  }

  #named(kind: Kind): Model | undefined {
    return this.#type((type): Definition | undefined => {
      switch (kind) {
        case "rename a type with an alias": {
          // An alias without a dot is of the namespace of the type; one without any namespace cannot be said in another.
          const isShort = this.#chance.happens(0.5) || type.namespace === "";
          return { ...type, name: `${type.name}x`, aliases: [...type.aliases, isShort ? type.name : fullName(type)] };
        }
        case "rename a type":
          return { ...type, name: `${type.name}x` };
        case "move a type to another namespace":
          return {
            ...type,
            namespace: `${type.namespace === "" ? "" : `${type.namespace}.`}moved`,
            // They were relative to the other one.
            aliases: [],
            movedFrom: type.movedFrom ?? fullName(type),
          };
        case "add an enum symbol":
          return type.kind === "enum" ? { ...type, symbols: [...type.symbols, `S${type.symbols.length}x`] } : undefined;
        case "remove an enum symbol":
        case "remove an enum symbol, with a default": {
          if (type.kind !== "enum" || type.symbols.length < 2) return undefined;
          const { default: old, ...rest } = type;
          const symbols = type.symbols.toSpliced(this.#chance.int(0, type.symbols.length), 1);
          const kept = old !== undefined && symbols.includes(old) ? { default: old } : {};
          const isDefault = kind === "remove an enum symbol, with a default";
          return { ...rest, symbols, ...(isDefault ? { default: this.#chance.pick(symbols) } : kept) };
        }
        case "reorder enum symbols":
          return type.kind === "enum" && type.symbols.length > 1
            ? { ...type, symbols: this.#shuffled(type.symbols) }
            : undefined;
        case "change a fixed size":
          return type.kind === "fixed" && type.logical === undefined ? { ...type, size: type.size + 1 } : undefined;
        default:
          return undefined;
      }
    });
  }

  #withField(fields: readonly Field[], isDefaulted: boolean): readonly Field[] | undefined {
    const field = this.#maker.field(2);
    const { default: known, ...bare } = field;
    const fallback = isDefaulted ? (known ?? this.#maker.defaultOf(field.type)) : undefined;
    if (isDefaulted && fallback === undefined) return undefined;
    const added: Field = fallback === undefined ? bare : { ...bare, default: fallback };
    return fields.toSpliced(this.#chance.int(0, fields.length + 1), 0, added);
  }

  #defaulted(field: Field): Field {
    const { default: old, ...bare } = field;
    const fallback = old === undefined ? this.#maker.defaultOf(field.type) : undefined;
    return fallback === undefined ? bare : { ...bare, default: fallback };
  }

  #otherPrimitive(part: Part, isPromotion: boolean): Part | undefined {
    if (part.kind !== "primitive") return undefined;
    const others = isPromotion ? (promotions[part.name] ?? []) : primitives.filter((name) => name !== part.name);
    return others.length === 0 ? undefined : { kind: "primitive", name: this.#chance.pick(others) };
  }

  #otherLogical(part: Part): Part | undefined {
    if (part.kind !== "primitive") return undefined;
    const { name, logical } = part;
    if (logical !== undefined && this.#chance.happens(0.5)) return { kind: "primitive", name };
    const others = (logicals[name] ?? []).filter((other) => other !== logical);
    return others.length === 0 ? undefined : { kind: "primitive", name, logical: this.#chance.pick(others) };
  }

  #otherDecimal(part: Part): Part | undefined {
    if (part.kind !== "primitive" || part.logical?.logicalType !== "decimal") return undefined;
    const { precision = 9, scale = 2 } = part.logical;
    const logical = this.#chance.happens(0.5) ? { precision: precision + 3, scale } : { precision, scale: scale + 1 };
    return { ...part, logical: { logicalType: "decimal", ...logical } };
  }

  #wrapped(part: Part): Part {
    const other: Part =
      part.kind === "primitive" && part.name === "null"
        ? { kind: "primitive", name: "string" }
        : { kind: "primitive", name: "null" };
    return { kind: "union", branches: this.#shuffled([part, other]) };
  }

  #withBranch(branches: readonly Part[]): Part | undefined {
    const added = this.#maker.part(3);
    const names = branches.map((branch) => this.#maker.branchName(branch));
    if (added.kind === "union" || names.includes(this.#maker.branchName(added))) return undefined;
    return { kind: "union", branches: branches.toSpliced(this.#chance.int(0, branches.length + 1), 0, added) };
  }

  #record(edit: (fields: readonly Field[]) => readonly Field[] | undefined): Model | undefined {
    return this.#type((type) => {
      const fields = type.kind === "record" ? edit(type.fields) : undefined;
      return type.kind !== "record" || fields === undefined ? undefined : { ...type, fields };
    });
  }

  #field(edit: (fields: readonly Field[], index: number, field: Field) => readonly Field[]): Model | undefined {
    return this.#record((fields) => {
      const index = this.#chance.int(0, fields.length);
      const field = fields[index];
      return field === undefined ? undefined : edit(fields, index, field);
    });
  }

  #type(edit: (type: Definition) => Definition | undefined): Model | undefined {
    const used = usedTypes(this.#model);
    if (used.length === 0) return undefined;
    const id = this.#chance.pick(used);
    const changed = edit(typeOf(this.#model, id));
    if (changed === undefined) return undefined;
    const types = new Map(this.#maker.types);
    return { root: this.#model.root, types: types.set(id, changed) };
  }

  /** A type where it stands: of a field, or the root. What it had as default would not fit any more. */
  #part(edit: (part: Part) => Part | undefined): Model | undefined {
    const used = usedTypes(this.#model).filter((id) => typeOf(this.#model, id).kind === "record");
    if (used.length === 0 || this.#chance.happens(0.1)) {
      const root = this.#within(this.#model.root, edit);
      return root === undefined ? undefined : { root, types: new Map(this.#maker.types) };
    }
    const id = this.#chance.pick(used);
    const type = typeOf(this.#model, id);
    if (type.kind !== "record" || type.fields.length === 0) return undefined;
    const index = this.#chance.int(0, type.fields.length);
    const field = type.fields[index];
    const part = field && this.#within(field.type, edit);
    if (field === undefined || part === undefined) return undefined;
    const { default: old, ...bare } = field;
    const fallback = old === undefined ? undefined : this.#maker.defaultOf(part);
    const changed: Field = { ...bare, type: part, ...(fallback === undefined ? {} : { default: fallback }) };
    const types = new Map(this.#maker.types);
    return { root: this.#model.root, types: types.set(id, { ...type, fields: type.fields.with(index, changed) }) };
  }

  /** Somewhere within a type, without going into named ones. */
  #within(part: Part, edit: (part: Part) => Part | undefined): Part | undefined {
    const isHere = this.#chance.happens(0.5);
    if (!isHere && (part.kind === "array" || part.kind === "map")) {
      const inner = this.#within(part.part, edit);
      return inner === undefined ? undefined : { ...part, part: inner };
    }
    if (!isHere && part.kind === "union" && part.branches.length > 0) {
      const index = this.#chance.int(0, part.branches.length);
      const branch = part.branches[index];
      const inner = branch && this.#within(branch, edit);
      if (inner === undefined || inner.kind === "union") return undefined;
      const branches = part.branches.with(index, inner);
      const names = new Set(branches.map((one) => this.#maker.branchName(one)));
      return names.size === branches.length ? { kind: "union", branches } : undefined;
    }
    return edit(part);
  }

  #shuffled<T>(list: readonly T[]): readonly T[] {
    const rest = [...list];
    const shuffled: T[] = [];
    while (rest.length > 0) shuffled.push(...rest.splice(this.#chance.int(0, rest.length), 1));
    return shuffled;
  }
}
