/** Schemas by chance: every type, every logical type, recursion, nesting. */
import type { Chance } from "../../../test/support/chance.js";
import { type Definition, type Field, fullName, type Logical, type Model, type Part, typeOf } from "./model.js";

export const primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;

const namespaces = ["", "a", "a.b", "shop"];

/** Logical types by what they stand on. */
export const logicals: { readonly [base: string]: readonly Logical[] } = {
  int: [{ logicalType: "date" }, { logicalType: "time-millis" }],
  long: ["time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis"]
    .concat(["local-timestamp-micros", "local-timestamp-nanos"])
    .map((logicalType) => ({ logicalType })),
  string: [{ logicalType: "uuid" }],
  bytes: [
    { logicalType: "decimal", precision: 9, scale: 2 },
    { logicalType: "decimal", precision: 12, scale: 2 },
    { logicalType: "decimal", precision: 12, scale: 4 },
  ],
};

/** Makes types and remembers them. */
export class SchemaMaker {
  readonly types = new Map<number, Definition>();
  readonly #chance: Chance;
  #names = 0;

  /** @param firstName Number of the first name, above those of the types it starts from. */
  constructor(chance: Chance, types: ReadonlyMap<number, Definition> = new Map(), firstName = 0) {
    this.#chance = chance;
    for (const [id, type] of types) this.types.set(id, type);
    this.#names = firstName;
  }

  get names(): number {
    return this.#names;
  }

  root(): Part {
    return this.#chance.happens(0.85) ? this.#record(0) : this.part(0);
  }

  part(depth: number): Part {
    const dice = depth > 3 ? this.#chance.int(0, 55) : this.#chance.int(0, 100);
    if (dice < 45) return this.primitive();
    if (dice < 50) return this.#enum();
    if (dice < 55) return this.#fixed();
    if (dice < 65) return { kind: "array", part: this.part(depth + 1) };
    if (dice < 73) return { kind: "map", part: this.part(depth + 1) };
    if (dice < 85) return this.union(depth);
    if (dice < 90 && this.types.size > 0) return this.#knownLeaf() ?? this.primitive();
    return this.#record(depth + 1);
  }

  primitive(): Part {
    const name = this.#chance.pick(primitives);
    const known = logicals[name];
    if (known === undefined || !this.#chance.happens(0.3)) return { kind: "primitive", name };
    return { kind: "primitive", name, logical: this.#chance.pick(known) };
  }

  /** Branches of different kinds; unions do not stand in each other. */
  union(depth: number): Part {
    const branches = new Map<string, Part>();
    const count = this.#chance.int(1, 5);
    if (this.#chance.happens(0.6)) branches.set("null", { kind: "primitive", name: "null" });
    while (branches.size < count) {
      const part = this.part(depth + 1);
      if (part.kind !== "union") branches.set(this.branchName(part), part);
    }
    const parts = [...branches.values()];
    return { kind: "union", branches: this.#chance.happens(0.2) ? parts.reverse() : parts };
  }

  branchName(part: Part): string {
    if (part.kind === "primitive") return part.name;
    return part.kind === "use" ? fullName(typeOf({ root: part, types: this.types }, part.id)) : part.kind;
  }

  field(depth: number): Field {
    const type = this.part(depth);
    const fallback = this.#chance.happens(0.35) ? this.defaultOf(type) : undefined;
    const name = `f${this.#names++}`;
    return { name, aliases: [], type, ...(fallback === undefined ? {} : { default: fallback }) };
  }

  /** JSON text of a default; undefined where the type has none that is short. */
  defaultOf(part: Part, depth = 0): string | undefined {
    if (depth > 3) return undefined;
    switch (part.kind) {
      case "array": {
        const item = this.#chance.happens(0.5) ? this.defaultOf(part.part, depth + 1) : undefined;
        return `[${item ?? ""}]`;
      }
      case "map": {
        const value = this.#chance.happens(0.5) ? this.defaultOf(part.part, depth + 1) : undefined;
        return value === undefined ? "{}" : `{"k":${value}}`;
      }
      case "union": {
        const [first] = part.branches;
        return first && this.defaultOf(first, depth + 1);
      }
      case "use": {
        const type = typeOf({ root: part, types: this.types }, part.id);
        if (type.kind === "enum") return `"${this.#chance.pick(type.symbols)}"`;
        // Small enough for every decimal.
        if (type.kind === "fixed") return JSON.stringify("\u0001".padStart(type.size, "\0"));
        const fields = type.fields.map((field) => [field.name, this.defaultOf(field.type, depth + 1)] as const);
        if (fields.some(([, value]) => value === undefined)) return undefined;
        return `{${fields.map(([name, value]) => `"${name}":${value}`).join()}}`;
      }
      case "primitive":
        return this.#primitiveDefault(part.name, part.logical);
    }
  }

  #primitiveDefault(name: string, logical: Logical | undefined): string {
    const chance = this.#chance;
    switch (name) {
      case "null":
        return "null";
      case "boolean":
        return String(chance.happens(0.5));
      case "int":
        return String(logical === undefined ? chance.int(-(2 ** 31), 2 ** 31) : chance.int(0, 86_400_000));
      case "long":
        return logical === undefined
          ? chance.pick(["-9223372036854775808", "9223372036854775807", "-4503599627370498", "9007199254740993", "0"])
          : String(chance.int(0, 86_400_000));
      case "float":
      case "double":
        return chance.pick(["0.5", "-1.25", "3", "1e10"]);
      case "bytes":
        // Bytes of a decimal are written anew, as short as they can be.
        return logical === undefined ? chance.pick(['""', '"\\u0001"', '"A\\u007f"']) : '"\\u0001"';
      default:
        return logical === undefined
          ? chance.pick(['""', '"text"', '"\\u00fc"'])
          : '"123e4567-e89b-12d3-a456-426614174000"';
    }
  }

  #record(depth: number): Part {
    const id = this.types.size;
    const count = this.#chance.int(depth === 0 ? 1 : 0, depth === 0 ? 8 : 4);
    const head = { kind: "record", ...this.#name() } as const;
    this.types.set(id, { ...head, fields: [] });
    const fields = Array.from({ length: count }, () => this.field(depth + 1));
    if (this.#chance.happens(0.25)) fields.push(this.#loop(id));
    this.types.set(id, { ...head, fields });
    return { kind: "use", id };
  }

  /** A field that leads back to its record. */
  #loop(id: number): Field {
    const use: Part = { kind: "use", id };
    const type = this.#chance.pick<Part>([
      { kind: "union", branches: [{ kind: "primitive", name: "null" }, use] },
      { kind: "array", part: use },
      { kind: "map", part: use },
    ]);
    return { name: `f${this.#names++}`, aliases: [], type };
  }

  #enum(): Part {
    const id = this.types.size;
    const symbols = Array.from({ length: this.#chance.int(1, 5) }, (_, index) => `S${index}`);
    const fallback = this.#chance.happens(0.3) ? { default: this.#chance.pick(symbols) } : {};
    this.types.set(id, { kind: "enum", ...this.#name(), symbols, ...fallback });
    return { kind: "use", id };
  }

  #fixed(): Part {
    const id = this.types.size;
    const [size, logical] = this.#chance.pick<readonly [number, Logical?]>([
      [1],
      [7],
      [8, { logicalType: "decimal", precision: 9, scale: 2 }],
      [12, { logicalType: "duration" }],
      [16, { logicalType: "uuid" }],
    ]);
    this.types.set(id, { kind: "fixed", ...this.#name(), size, ...(logical === undefined ? {} : { logical }) });
    return { kind: "use", id };
  }

  /** A use of an enum or fixed that is there already. */
  #knownLeaf(): Part | undefined {
    const leaves = [...this.types].filter(([, type]) => type.kind !== "record");
    return leaves.length === 0 ? undefined : { kind: "use", id: this.#chance.pick(leaves)[0] };
  }

  #name(): { readonly namespace: string; readonly name: string; readonly aliases: readonly string[] } {
    return { namespace: this.#chance.pick(namespaces), name: `T${this.#names++}`, aliases: [] };
  }
}

export function makeSchema(chance: Chance): { readonly model: Model; readonly names: number } {
  const maker = new SchemaMaker(chance);
  const root = maker.root();
  return { model: { root, types: maker.types }, names: maker.names };
}
