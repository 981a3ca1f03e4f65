/** Schemas that can be changed: types by number, so that a renamed or moved definition stays what its uses mean. */

export type Part =
  | { readonly kind: "primitive"; readonly name: string; readonly logical?: Logical }
  | { readonly kind: "array" | "map"; readonly part: Part }
  | { readonly kind: "union"; readonly branches: readonly Part[] }
  | { readonly kind: "use"; readonly id: number };

export interface Logical {
  readonly logicalType: string;
  readonly precision?: number;
  readonly scale?: number;
}

export interface Field {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: Part;
  /** JSON text of the default. */
  readonly default?: string;
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Its full name before it was moved to another namespace, which `schemaText` writes as alias where asked. */
  readonly movedFrom?: string;
}

export type Definition = Named &
  (
    | { readonly kind: "record"; readonly fields: readonly Field[] }
    | { readonly kind: "enum"; readonly symbols: readonly string[]; readonly default?: string }
    | { readonly kind: "fixed"; readonly size: number; readonly logical?: Logical }
  );

export interface Model {
  readonly root: Part;
  readonly types: ReadonlyMap<number, Definition>;
}

export function fullName({ namespace, name }: Named): string {
  return namespace === "" ? name : `${namespace}.${name}`;
}

export function typeOf({ types }: Model, id: number): Definition {
  const type = types.get(id);
  if (type === undefined) throw new Error(`no type ${id}`);
  return type;
}

/** JSON text of the schema; each named type stands in full where it is first used. */
export function schemaText(model: Model, hasMoves = false): string {
  const written = new Set<number>();
  const text = (part: Part): string => {
    switch (part.kind) {
      case "primitive":
        return part.logical === undefined ? `"${part.name}"` : JSON.stringify({ type: part.name, ...part.logical });
      case "array":
        return `{"type":"array","items":${text(part.part)}}`;
      case "map":
        return `{"type":"map","values":${text(part.part)}}`;
      case "union":
        return `[${part.branches.map(text).join()}]`;
      case "use": {
        const type = typeOf(model, part.id);
        if (written.has(part.id)) return JSON.stringify(fullName(type));
        written.add(part.id);
        return definition(type);
      }
    }
  };
  const definition = (type: Definition): string => {
    const head = { type: type.kind, name: type.name, namespace: type.namespace };
    const moved = hasMoves && type.movedFrom !== undefined ? [dotted(type.movedFrom)] : [];
    const all = [...type.aliases, ...moved];
    const aliases = all.length === 0 ? {} : { aliases: all };
    if (type.kind === "enum") {
      const fallback = type.default === undefined ? {} : { default: type.default };
      return JSON.stringify({ ...head, ...aliases, symbols: type.symbols, ...fallback });
    }
    if (type.kind === "fixed") return JSON.stringify({ ...head, ...aliases, size: type.size, ...type.logical });
    const fields = type.fields.map((field) => {
      const own = field.aliases.length === 0 ? "" : `,"aliases":${JSON.stringify(field.aliases)}`;
      const fallback = field.default === undefined ? "" : `,"default":${field.default}`;
      return `{"name":"${field.name}"${own},"type":${text(field.type)}${fallback}}`;
    });
    return `${JSON.stringify({ ...head, ...aliases }).slice(0, -1)},"fields":[${fields.join()}]}`;
  };
  return text(model.root);
}

/** A full name as alias: one without namespace would be taken into that of its type. */
function dotted(name: string): string {
  return name.includes(".") ? name : `.${name}`;
}

/** Types that are used from the root on, in order of first use. */
export function usedTypes(model: Model): readonly number[] {
  const used = new Set<number>();
  const visit = (part: Part): void => {
    if (part.kind === "array" || part.kind === "map") visit(part.part);
    else if (part.kind === "union") part.branches.forEach(visit);
    else if (part.kind === "use" && !used.has(part.id)) {
      used.add(part.id);
      const type = typeOf(model, part.id);
      if (type.kind === "record") for (const field of type.fields) visit(field.type);
    }
  };
  visit(model.root);
  return [...used];
}

/** Types within each other at most, recursion not counted. */
export function nestingOf(model: Model): number {
  const open = new Set<number>();
  const depth = (part: Part): number => {
    if (part.kind === "array" || part.kind === "map") return 1 + depth(part.part);
    if (part.kind === "union") return Math.max(0, ...part.branches.map(depth));
    if (part.kind !== "use" || open.has(part.id)) return 0;
    const type = typeOf(model, part.id);
    if (type.kind !== "record") return 1;
    open.add(part.id);
    const inner = Math.max(0, ...type.fields.map((field) => depth(field.type)));
    open.delete(part.id);
    return 1 + inner;
  };
  return depth(model.root);
}

/** Whether some type holds itself. */
export function isRecursive(model: Model): boolean {
  const open = new Set<number>();
  const meets = (part: Part): boolean => {
    if (part.kind === "array" || part.kind === "map") return meets(part.part);
    if (part.kind === "union") return part.branches.some(meets);
    if (part.kind !== "use") return false;
    if (open.has(part.id)) return true;
    const type = typeOf(model, part.id);
    if (type.kind !== "record") return false;
    open.add(part.id);
    const found = type.fields.some((field) => meets(field.type));
    open.delete(part.id);
    return found;
  };
  return meets(model.root);
}
