/**
 * Seeded values of Avro types that visit, together, every union branch, enum symbol, boundary, empty and non-empty
 * collection, and every default once left out: at each choice the option that was taken least often is taken next.
 */
import type { Random } from "../../../runtime/core/random.js";
import { choicesOf, type LeafValue } from "./leaves.js";
import { depthOf, type FieldShape, leastDepths, type NamedShape, type Shape, type Types } from "./shape.js";
import { defaultValue, type Leaf, typeOf, type Value } from "./value.js";

/** Where a choice stands: a place in a schema, or a named type without parts. */
type Place = Shape | FieldShape | NamedShape;

/** Depth of named types, and size in nodes, beyond which only the least is made. */
const depthLimit = 5;
const sizeLimit = 600;
const collectionSizes = [0, 1, 3];

export class ValueMaker {
  readonly #types: Types;
  readonly #random: Random;
  readonly #depths: ReadonlyMap<string, number>;
  readonly #visits = new Map<Place, number[]>();
  readonly #leaves = new Map<Leaf, readonly ((random: Random) => LeafValue)[]>();
  #size = 0;

  constructor(types: Types, random: Random) {
    this.#types = types;
    this.#random = random;
    this.#depths = leastDepths(types);
  }

  /** Whether the type has any finite value. */
  isFinite(name: string): boolean {
    return this.hasValue({ kind: "named", name });
  }

  hasValue(shape: Shape): boolean {
    return Number.isFinite(depthOf(shape, this.#depths));
  }

  /** The next value of a named type that has finite ones. */
  make(name: string): Value {
    return this.makeOf({ kind: "named", name });
  }

  /** The next value of any type that has finite ones. */
  makeOf(shape: Shape): Value {
    this.#size = 0;
    return this.#make(shape, 0);
  }

  /** The choices that a type's own body offers, and how many were taken; parts that are named types count for themselves. */
  coverage(name: string): { readonly points: number; readonly visited: number } {
    const type = typeOf(this.#types, name);
    const places =
      type.kind === "record" ? type.fields.flatMap((field) => this.#fieldPlaces(field)) : this.#leafPlaces(type);
    let points = 0;
    let visited = 0;
    for (const { place, options } of places) {
      points += options.length;
      const visits = this.#visits.get(place) ?? [];
      visited += options.filter((option) => (visits[option] ?? 0) > 0).length;
    }
    return { points, visited };
  }

  #fieldPlaces(field: FieldShape): readonly { place: Place; options: readonly number[] }[] {
    const own = this.#places(field.type);
    return field.default === undefined ? own : [{ place: field, options: [0, 1] }, ...own];
  }

  #places(shape: Shape): readonly { place: Place; options: readonly number[] }[] {
    if (shape.kind === "named") return [];
    if (shape.kind === "array" || shape.kind === "map") {
      const inner = shape.kind === "array" ? shape.items : shape.values;
      if (!Number.isFinite(depthOf(inner, this.#depths))) return [{ place: shape, options: [0] }];
      return [{ place: shape, options: [0, 1, 2] }, ...this.#places(inner)];
    }
    if (shape.kind === "union") {
      const options = this.#finiteBranches(shape);
      const inner = options.map((option) => shape.branches[option]).filter((branch) => branch !== undefined);
      return [{ place: shape, options }, ...inner.flatMap((branch) => this.#places(branch))];
    }
    return this.#leafPlaces(shape);
  }

  #leafPlaces(leaf: Leaf): readonly { place: Place; options: readonly number[] }[] {
    return [{ place: leaf, options: [...this.#choices(leaf).keys()] }];
  }

  #finiteBranches(shape: Shape & { readonly kind: "union" }): readonly number[] {
    const indices = [...shape.branches.keys()];
    return indices.filter((index) => {
      const branch = shape.branches[index];
      return branch !== undefined && Number.isFinite(depthOf(branch, this.#depths));
    });
  }

  #choices(leaf: Leaf): readonly ((random: Random) => LeafValue)[] {
    let choices = this.#leaves.get(leaf);
    if (choices === undefined) {
      choices = choicesOf(leaf);
      this.#leaves.set(leaf, choices);
    }
    return choices;
  }

  /** Takes the option that was taken least often; among equals by chance. */
  #choose(place: Place, options: readonly number[]): number {
    let visits = this.#visits.get(place);
    if (visits === undefined) {
      visits = [];
      this.#visits.set(place, visits);
    }
    const seen = visits;
    const least = Math.min(...options.map((option) => seen[option] ?? 0));
    const candidates = options.filter((option) => (seen[option] ?? 0) === least);
    const chosen = candidates[Math.floor(this.#random.next() * candidates.length)] ?? 0;
    visits[chosen] = (visits[chosen] ?? 0) + 1;
    return chosen;
  }

  #isSmall(depth: number): boolean {
    return depth > depthLimit || (depth > 1 && this.#size > sizeLimit);
  }

  #make(shape: Shape, depth: number): Value {
    this.#size += 1;
    switch (shape.kind) {
      case "named":
        return this.#makeNamed(typeOf(this.#types, shape.name), depth + 1);
      case "array":
        return {
          kind: "array",
          items: this.#times(shape, shape.items, depth).map(() => this.#make(shape.items, depth)),
        };
      case "map": {
        const keys = this.#times(shape, shape.values, depth).map((index) => this.#key(index));
        return { kind: "map", entries: new Map(keys.map((key) => [key, this.#make(shape.values, depth)])) };
      }
      case "union": {
        const branch = this.#isSmall(depth)
          ? this.#shallowest(shape)
          : this.#choose(shape, this.#finiteBranches(shape));
        const type = shape.branches[branch];
        if (type === undefined) throw new Error("a union without branches has no value");
        return { kind: "union", branch, value: this.#make(type, depth) };
      }
      default:
        return this.#leaf(shape);
    }
  }

  #times(place: Shape, inner: Shape, depth: number): readonly number[] {
    const isPossible = Number.isFinite(depthOf(inner, this.#depths));
    const size = this.#isSmall(depth) || !isPossible ? 0 : this.#choose(place, [0, 1, 2]);
    return [...Array(collectionSizes[size] ?? 0).keys()];
  }

  #key(index: number): string {
    const keys = ["", "key", "Schlüssel", "鍵", "a.b/c d", "constructor", "0", "-1", "toString", '"'];
    return `${keys[Math.floor(this.#random.next() * keys.length)] ?? ""}${index === 0 ? "" : index}`;
  }

  #shallowest(shape: Shape & { readonly kind: "union" }): number {
    const depths = shape.branches.map((branch) => depthOf(branch, this.#depths));
    return depths.indexOf(Math.min(...depths));
  }

  #leaf(leaf: Leaf): LeafValue {
    const choices = this.#choices(leaf);
    return choices[this.#choose(leaf, [...choices.keys()])]?.(this.#random) ?? null;
  }

  #makeNamed(type: NamedShape, depth: number): Value {
    if (type.kind !== "record") return this.#leaf(type);
    const fields = new Map<string, Value>();
    const omitted = new Set<string>();
    for (const field of type.fields) {
      if (field.default !== undefined && (this.#isSmall(depth) || this.#choose(field, [0, 1]) === 1)) {
        fields.set(field.name, defaultValue(field.default, field.type, this.#types));
        omitted.add(field.name);
      } else fields.set(field.name, this.#make(field.type, depth));
    }
    return { kind: "record", fields, omitted };
  }
}
