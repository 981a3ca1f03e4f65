/**
 * Keys in an order-preserving encoding: ordered keys compare as Avro's sort order compares the values, whatever the key
 * type, and each is the encoding of one value only.
 *
 *   boolean           a byte          int, long, date, time, timestamp   4 or 8 bytes, sign bit turned over
 *   float, double     the bits in IEEE order, negative ones inverted; NaN, of which there is one, comes last
 *   string, bytes     the bytes with their end; alone, as a whole key, without
 *   fixed             the bytes       decimal   two's complement of the precision's width, sign bit turned over: by number
 *   enum, union       the index, then the branch's value
 *   array             01 before each item, 00 at the end
 *   record            the fields; those of descending order inverted
 *
 * Source: Avro 1.12 specification, "Sort Order"; it leaves NaN open, and compares decimals as bytes.
 */
import { fromBase, toBase } from "./base-value.js";
import { placed } from "./explain.js";
import { mismatch } from "./fault.js";
import { checkedBytes } from "./logical-value.js";
import { afterPrefix, binaryOf, bytesOf, OrderedCursor, textOf, utf8Of } from "./ordered-bytes.js";
import { type OrderedCodec, orderedCodec, orderedFields } from "./ordered-codec.js";
import { checkedText } from "./scalar-json.js";
import type { TypeSource } from "./type.js";
import { nodeOf, type TypeNode } from "./type-node.js";
import type { Walk } from "./walk.js";

/** A range of ordered keys: `from` inclusive, `to` exclusive, absent is open. */
export interface OrderedRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** Encodes and decodes keys of one type. Every method throws AffinityError VALUE_INVALID with a pointer. */
export interface OrderedKeyCodec {
  toOrdered(key: unknown): string;
  /** The key of what `toOrdered` gave. */
  fromOrdered(ordered: string): unknown;
  /**
   * The keys that begin with a prefix: of a text key the beginning of its text, of a record key the values of its leading
   * fields.
   */
  prefixRange(prefix: string | readonly unknown[]): OrderedRange;
}

/** The codec of a key type; its closures are built at the first call of a method. */
export function keyCodec(define: TypeSource): OrderedKeyCodec {
  let built: OrderedCodec | undefined;
  const codec = (): OrderedCodec => {
    built ??= wholeKey(nodeOf(define));
    return built;
  };
  return {
    toOrdered: (key) => placed(define, (walk) => codec().write(key, walk)),
    fromOrdered: (ordered) =>
      placed(define, () => {
        const input = new OrderedCursor(ordered);
        const key = codec().read(input);
        input.end();
        return key;
      }),
    prefixRange: (prefix) =>
      placed(define, (walk) => {
        const from = prefixOf(nodeOf(define), prefix, walk);
        return { from, to: afterPrefix(from) };
      }),
  };
}

function prefixOf(node: TypeNode, prefix: string | readonly unknown[], walk: Walk): string {
  if (typeof prefix === "string") {
    if (node.kind !== "string") throw mismatch("leading fields, since the key is no text", prefix);
    return utf8Of(checkedText(prefix));
  }
  if (node.kind !== "record" || prefix.length > node.fields.length) {
    throw mismatch("the beginning of a text key, or at most as many values as a record key has fields", prefix);
  }
  const fields = orderedFields(node);
  return prefix.map((value, index) => fields[index]?.write(value, walk) ?? "").join("");
}

/** A text or bytes that are the whole key need no end. */
function wholeKey(node: TypeNode): OrderedCodec {
  if (node.kind === "string") {
    return {
      write: (value) => utf8Of(checkedText(toBase(node, value))),
      read: (input) => fromBase(node, textOf(input.rest())),
    };
  }
  if (node.kind === "bytes" && node.logical === undefined) {
    return { write: (value) => binaryOf(checkedBytes(value)), read: (input) => bytesOf(input.rest()) };
  }
  return orderedCodec(node);
}
