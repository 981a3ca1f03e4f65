/** Values of any schema by chance, as Avro binary: without logical types, but so that those that have one fit it. */

import type { TypeNode } from "../../../runtime/schema/type-node.js";
import type { Writer } from "../../../runtime/schema/writer.js";
import type { Chance } from "../../../test/support/chance.js";

const longs = ["-9223372036854775808", "9223372036854775807", "0", "-1", "63", "64"]
  .concat(["4503599627370494", "4503599627370498", "9007199254740990", "9007199254740993", "9007199254740995"])
  .flatMap((text) => [BigInt(text), -BigInt(text) === 2n ** 63n ? 1n : -BigInt(text)]);
const ints = [0, -1, 63, 64, -65, 8191, 8192, 2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31)];
const texts = ["", "a", "Grüße", "鍵", "😀", "text of some length, ".repeat(8)];
const reals = [0, -0, 1.5, -2.25, 3.4e38, 1e-45, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Values within each other before only short ones are made. */
const depthLimit = 12;

export class EndlessValue extends Error {}

/** Values within each other of a type that has no finite one. */
const endlessDepth = 100;

/** Appends a value. @throws EndlessValue for a type that has no finite one. */
export function makeValue(node: TypeNode, out: Writer, chance: Chance, depth = 0): void {
  if (depth > endlessDepth) throw new EndlessValue();
  switch (node.kind) {
    case "null":
      break;
    case "boolean":
      out.boolean(chance.happens(0.5));
      break;
    case "int":
      out.int(node.logical?.kind === "time" ? chance.int(0, 86_400_000) : chance.pick(ints));
      break;
    case "long":
      out.long(longOf(node.logical?.kind, chance));
      break;
    case "float":
      out.float(chance.pick(reals));
      break;
    case "double":
      out.double(chance.happens(0.3) ? 1e300 : chance.pick(reals));
      break;
    case "string":
      out.string(node.logical === undefined ? chance.pick(texts) : "123e4567-e89b-12d3-a456-426614174000");
      break;
    case "bytes":
      out.bytes(
        node.logical === undefined ? bytesOf(chance) : Uint8Array.of(chance.int(1, 256), chance.int(0, 256), 7),
      );
      break;
    case "fixed":
      out.fixed(fixedOf(node.size, node.logical?.kind === "decimal", chance), node.size);
      break;
    case "enum":
      out.index(chance.int(0, node.symbols.length));
      break;
    case "array":
    case "map": {
      const count = depth > depthLimit ? 0 : chance.int(0, 4);
      if (count > 0) out.index(count);
      for (let index = 0; index < count; index += 1) {
        if (node.kind === "map") out.string(`k${chance.pick(texts).slice(0, 8)}${index}`);
        makeValue(node.kind === "map" ? node.values : node.items, out, chance, depth + 1);
      }
      out.index(0);
      break;
    }
    case "union": {
      const shallow = node.branches.findIndex((branch) => branch.kind !== "record");
      const index = depth > depthLimit && shallow >= 0 ? shallow : chance.int(0, node.branches.length);
      out.index(index);
      const branch = node.branches[index];
      if (branch !== undefined) makeValue(branch, out, chance, depth + 1);
      break;
    }
    case "record":
      for (const field of node.fields) makeValue(field.type, out, chance, depth + 1);
      break;
  }
}

function longOf(logical: string | undefined, chance: Chance): bigint {
  if (logical === "time") return BigInt(chance.int(0, 86_400_000)) * 1000n;
  return logical === "timestamp" ? BigInt(chance.int(-(2 ** 40), 2 ** 40)) : chance.pick(longs);
}

function bytesOf(chance: Chance): Uint8Array {
  if (chance.happens(0.8)) return Buffer.from(chance.pick(texts), "utf8");
  return Uint8Array.from({ length: chance.int(1, 10) }, () => chance.int(0x80, 0xc0));
}

function fixedOf(size: number, isDecimal: boolean, chance: Chance): Uint8Array {
  const bytes = Uint8Array.from({ length: size }, () => chance.int(0, 256));
  return isDecimal ? bytes.fill(0, 0, size - 3) : bytes;
}
