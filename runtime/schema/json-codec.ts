/** Plain JSON for small bundles: what clients need of a type, without its binary codec and without a parser of our own. */
import { placed } from "./explain.js";
import { valueReader } from "./json-value.js";
import { plainJsonWriters } from "./plain-json.js";
import type { TypeSource } from "./type.js";
import { nodeOf } from "./type-node.js";

/** Plain JSON of one type. Every method throws AffinityError VALUE_INVALID with a `pointer` for what does not fit. */
export interface JsonCodec<T, I = T> {
  /** Plain JSON text; longs are exact numbers of any digits. */
  toText(value: I): string;
  /** The value of plain JSON as `JSON.parse` gives it, in which longs beyond 2^53 stand as text (`longs=string`). */
  fromValue(json: unknown): T;
}

/** The codec of a type; its closures are built once, at the first call of a method. */
export function jsonCodec(define: TypeSource): JsonCodec<unknown> {
  return {
    toText: (value) => placed(define, (walk) => plainJsonWriters.of(nodeOf(define))(value, walk)),
    fromValue: (json) => placed(define, (walk) => valueReader(nodeOf(define))(json, walk)),
  };
}
