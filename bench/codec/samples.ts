/** Seeded values of any type, as our static codecs take them, and the same as avsc takes them. */
import { SeededRandom } from "../../runtime/core/random.js";
import type { TypeNode } from "../../runtime/schema/type-node.js";

/** Values of one type. */
export class Samples {
  readonly #random: SeededRandom;
  readonly #longs: "bigint" | "number";

  constructor(seed: number, longs: "bigint" | "number") {
    this.#random = new SeededRandom(seed);
    this.#longs = longs;
  }

  /** A value as TypeScript has it; logical types are not known here, since avsc knows none. */
  value(node: TypeNode, depth = 0): unknown {
    switch (node.kind) {
      case "null":
        return null;
      case "boolean":
        return this.#below(2) === 1;
      case "int":
        return this.#integer(31);
      case "long":
        return this.#longs === "bigint" ? BigInt(this.#integer(44)) : this.#integer(44);
      case "float":
        return Math.fround(this.#random.next() * 1000);
      case "double":
        return this.#random.next() * 1000;
      case "bytes":
        return this.#bytes(this.#below(24));
      case "fixed":
        return this.#bytes(node.size);
      case "string":
        return this.#text();
      case "enum":
        return node.symbols[this.#below(node.symbols.length)];
      case "array":
        return Array.from({ length: depth > 4 ? 0 : this.#below(6) }, () => this.value(node.items, depth + 1));
      case "map": {
        const map = Object.create(null);
        for (let count = depth > 4 ? 0 : this.#below(5); count > 0; count -= 1) {
          map[this.#text()] = this.value(node.values, depth + 1);
        }
        return map;
      }
      case "union": {
        const index = depth > 4 ? 0 : this.#below(node.branches.length);
        const branch = node.branches[index];
        if (branch === undefined || branch.kind === "null") return null;
        const value = this.value(branch, depth + 1);
        return node.isTagged ? { [node.tags[index] ?? ""]: value } : value;
      }
      case "record":
        return Object.fromEntries(node.fields.map(({ name, type }) => [name, this.value(type, depth + 1)]));
    }
  }

  #below(count: number): number {
    return Math.floor(this.#random.next() * count);
  }

  /** Of any magnitude up to so many bits, half of them negative. */
  #integer(bits: number): number {
    const value = Math.floor(this.#random.next() * 2 ** this.#below(bits + 1));
    return this.#below(2) === 0 ? value : -value;
  }

  #bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.#below(256));
  }

  /** Words of up to 30 characters, one in twenty with others than ASCII. */
  #text(): string {
    const letters = this.#below(20) === 0 ? "abcdefghij äöüéß€" : "abcdefghijklmnopqrstuvwxyz -_0123456789";
    return Array.from({ length: this.#below(30) }, () => letters.charAt(this.#below(letters.length))).join("");
  }
}
