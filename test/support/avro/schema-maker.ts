/** Schemas by chance, as people write them: every type, every logical type, recursion, nesting, namespaces, defaults. */
import type { Chance } from "../chance.js";
import { type Json, printLossless } from "./lossless-json.js";

/** A schema, and what it is made of. */
export interface MadeSchema {
  readonly text: string;
  /** Words for the table of what was made: `int`, `decimal on fixed`, `recursive`, `nesting of 3 or more`, … */
  readonly facts: ReadonlySet<string>;
}

type JsonObject = { [member: string]: Json };

const primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;
const onPrimitives: readonly (readonly [base: string, logical: string])[] = [
  ["int", "date"],
  ["int", "time-millis"],
  ["long", "time-micros"],
  ["long", "timestamp-millis"],
  ["long", "timestamp-micros"],
  ["long", "timestamp-nanos"],
  ["long", "local-timestamp-millis"],
  ["long", "local-timestamp-micros"],
  ["long", "local-timestamp-nanos"],
  ["string", "uuid"],
  ["bytes", "decimal"],
  // One that nobody knows is its base type.
  ["string", "no-such-type"],
];
const words = [
  "id",
  "name",
  "type",
  "value",
  "items",
  "class",
  "default",
  "toString",
  "from",
  "x",
  "Größe".slice(0, 2),
];
const docs = ["plain", "Grüße aus Köln", 'with "quotes" and \\', "two\nlines", "*/ ends no comment", "🦊"];

/** Makes a schema whose names all lie in the namespace `space` or below it. */
export function makeSchema(chance: Chance, space: string): MadeSchema {
  const maker = new Maker(chance, space);
  const json = maker.root();
  return { text: printLossless(json), facts: maker.facts };
}

/** A type that a union or a use can name, complete or still open. */
interface Known {
  readonly fullName: string;
  readonly kind: "record" | "enum" | "fixed";
  readonly isOpen: () => boolean;
}

/** Where a schema stands. */
interface Place {
  readonly namespace: string;
  /** Complex types around it. */
  readonly depth: number;
}

/** What was made: its schema, the word or name that tells it from other branches, and a default where one was found. */
interface Part {
  readonly schema: Json;
  readonly branch: string;
  readonly default?: Json;
}

class Maker {
  readonly facts = new Set<string>();
  readonly #chance: Chance;
  readonly #space: string;
  readonly #known: Known[] = [];
  #count = 0;

  constructor(chance: Chance, space: string) {
    this.#chance = chance;
    this.#space = space;
  }

  root(): Json {
    const place = { namespace: "", depth: 0 };
    if (this.#chance.happens(0.9)) return this.#record(place).schema;
    this.facts.add("a root that is no record");
    return this.#part(place).schema;
  }

  #part(place: Place): Part {
    if (place.depth >= 3) this.facts.add("nesting of 3 or more");
    const dice = place.depth > 4 ? this.#chance.int(0, 50) : this.#chance.int(0, 100);
    if (dice < 30) return this.#primitive();
    if (dice < 44) return this.#logical(place);
    if (dice < 50) return this.#use(place) ?? this.#primitive();
    if (dice < 56) return this.#enum(place);
    if (dice < 61) return this.#fixed(place);
    if (dice < 71) return this.#array(place);
    if (dice < 79) return this.#map(place);
    if (dice < 90) return this.#union(place);
    return this.#record(place);
  }

  #primitive(): Part {
    const name = this.#chance.pick(primitives);
    this.facts.add(name);
    const schema: Json = this.#chance.happens(0.1) ? { type: name, "x-note": [1, "two", null] } : name;
    return { schema, branch: name, default: this.#scalar(name) };
  }

  #scalar(name: (typeof primitives)[number]): Json {
    switch (name) {
      case "null":
        return null;
      case "boolean":
        return this.#chance.happens(0.5);
      case "int":
        return this.#chance.pick([0, -1, 2_147_483_647, -2_147_483_648]);
      case "long":
        return this.#chance.pick([0, 9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 52n) - 2n]);
      case "float":
        return this.#chance.pick([0, 1.5, -3.4e38, 1e-45]);
      case "double":
        return this.#chance.pick([0, 0.1, -1e300, 5e-324]);
      case "bytes":
        return this.#chance.pick(["", "\u0000\u00ff", "abc"]);
      case "string":
        return this.#chance.pick(["", "text", "Grüße 🦊", '"\\\n']);
    }
  }

  #logical(place: Place): Part {
    if (this.#chance.happens(0.3)) return this.#logicalFixed(place);
    const [base, logicalType] = this.#chance.pick(onPrimitives);
    this.facts.add(logicalType === "decimal" ? "decimal on bytes" : logicalType);
    if (logicalType !== "decimal") return { schema: { type: base, logicalType }, branch: base };
    const precision = this.#chance.int(1, 40);
    return { schema: { type: base, logicalType, precision, ...this.#scale(precision) }, branch: base };
  }

  #scale(precision: number): JsonObject {
    return this.#chance.happens(0.2) ? {} : { scale: this.#chance.int(0, precision + 1) };
  }

  #logicalFixed(place: Place): Part {
    const kind = this.#chance.pick(["decimal", "uuid", "duration"] as const);
    this.facts.add(`${kind} on fixed`);
    if (kind === "uuid") return this.#named(place, "fixed", () => ({ size: 16, logicalType: kind }));
    if (kind === "duration") return this.#named(place, "fixed", () => ({ size: 12, logicalType: kind }));
    const size = this.#chance.int(1, 20);
    const precision = this.#chance.int(1, Math.floor(Math.log10(2) * (8 * size - 1)) + 1);
    return this.#named(place, "fixed", () => ({ size, logicalType: kind, precision, ...this.#scale(precision) }));
  }

  #use(place: Place): Part | undefined {
    if (this.#known.length === 0) return undefined;
    const { fullName, isOpen } = this.#chance.pick(this.#known);
    // A record that holds itself outright has no value.
    if (isOpen()) return undefined;
    this.facts.add("use of an earlier type");
    return { schema: this.#written(fullName, place), branch: fullName };
  }

  /** The name as it may be written here: in full, or without its namespace where that is in force. */
  #written(fullName: string, { namespace }: Place): string {
    const dot = fullName.lastIndexOf(".");
    const isShort = fullName.slice(0, dot) === namespace && this.#chance.happens(0.5);
    return isShort ? fullName.slice(dot + 1) : fullName;
  }

  #enum(place: Place): Part {
    const symbols = Array.from({ length: this.#chance.int(1, 6) }, (_, index) => `S${index}`);
    const standard = this.#chance.happens(0.3) ? { default: this.#chance.pick(symbols) } : {};
    this.facts.add("enum");
    return {
      ...this.#named(place, "enum", () => ({ symbols, ...standard })),
      default: this.#chance.pick(symbols),
    };
  }

  #fixed(place: Place): Part {
    const size = this.#chance.pick([0, 1, 12, 16, 33]);
    this.facts.add("fixed");
    return { ...this.#named(place, "fixed", () => ({ size })), default: "\u00e9".repeat(size) };
  }

  #array(place: Place): Part {
    this.facts.add("array");
    const items = this.#part({ ...place, depth: place.depth + 1 });
    const filled = items.default === undefined || this.#chance.happens(0.5) ? [] : [items.default, items.default];
    return { schema: { type: "array", items: items.schema }, branch: "array", default: filled };
  }

  #map(place: Place): Part {
    this.facts.add("map");
    const values = this.#part({ ...place, depth: place.depth + 1 });
    const filled: JsonObject =
      values.default === undefined || this.#chance.happens(0.5) ? {} : { "": values.default, "k ü": values.default };
    return { schema: { type: "map", values: values.schema }, branch: "map", default: filled };
  }

  #union(place: Place): Part {
    this.facts.add("union");
    const branches = new Map<string, Part>();
    const wanted = this.#chance.int(1, 6);
    if (this.#chance.happens(0.6)) branches.set("null", { schema: "null", branch: "null", default: null });
    for (let tries = 0; branches.size < wanted && tries < 12; tries += 1) {
      const known = this.#known.length;
      const part = this.#part({ ...place, depth: place.depth + 1 });
      // Unions hold no unions, and each type once.
      if (part.branch !== "union" && !branches.has(part.branch)) branches.set(part.branch, part);
      else this.#known.length = known;
    }
    const parts = [...branches.values()];
    // Others keep their order: a name has to be defined before it is used.
    if (parts.length === 2 && branches.has("null") && this.#chance.happens(0.3)) parts.reverse();
    const first = parts[0]?.default;
    return {
      schema: parts.map(({ schema }) => schema),
      branch: "union",
      ...(first === undefined ? {} : { default: first }),
    };
  }

  #record(place: Place): Part {
    this.facts.add("record");
    let isOpen = true;
    const part = this.#named(
      place,
      "record",
      (inner, fullName) => {
        const fields: Json[] = [];
        const names = new Set<string>();
        for (let count = this.#chance.int(place.depth === 0 ? 2 : 0, 8); count > 0; count -= 1) {
          let name = this.#chance.pick(words);
          while (names.has(name) || !/^[A-Za-z_]\w*$/.test(name)) name = `f${names.size}`;
          names.add(name);
          fields.push(this.#field(name, this.#part({ namespace: inner, depth: place.depth + 1 })));
        }
        if (this.#chance.happens(0.25)) fields.push(this.#recursion(fullName, { ...place, namespace: inner }));
        return { fields };
      },
      () => isOpen,
    );
    isOpen = false;
    return part;
  }

  #recursion(fullName: string, place: Place): Json {
    this.facts.add("recursive");
    const self = this.#written(fullName, place);
    const type = this.#chance.pick<Json>([
      ["null", self],
      [self, "null"],
      { type: "array", items: self },
      { type: "map", values: ["null", self] },
    ]);
    return { name: "again", type };
  }

  #field(name: string, part: Part): Json {
    const field: JsonObject = { name, type: part.schema };
    if (this.#chance.happens(0.15)) field.doc = this.#chance.pick(docs);
    if (this.#chance.happens(0.1)) field.aliases = [`${name}_old`];
    if (this.#chance.happens(0.1)) field.order = this.#chance.pick(["ascending", "descending", "ignore"]);
    if (part.default !== undefined && this.#chance.happens(0.5)) {
      this.facts.add("default");
      field.default = part.default;
    }
    return field;
  }

  #named(
    place: Place,
    kind: Known["kind"],
    body: (namespace: string, fullName: string) => JsonObject,
    isOpen: () => boolean = () => false,
  ): Part {
    const name = `N${this.#count++}`;
    const namespace = this.#chance.pick([this.#space, this.#space, `${this.#space}.sub`, `${this.#space}.a.b`]);
    const fullName = `${namespace}.${name}`;
    const head: JsonObject = { type: kind };
    if (namespace === place.namespace && this.#chance.happens(0.7)) head.name = name;
    else if (this.#chance.happens(0.3)) head.name = fullName;
    else Object.assign(head, { name, namespace });
    if (this.#chance.happens(0.15)) head.doc = this.#chance.pick(docs);
    if (this.#chance.happens(0.1)) head.aliases = [`Old${name}`, `other.space.${name}`];
    this.#known.push({ fullName, kind, isOpen });
    return { schema: { ...head, ...body(namespace, fullName) }, branch: fullName };
  }
}
