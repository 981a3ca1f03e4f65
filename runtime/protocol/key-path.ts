/**
 * Keys in paths and queries of HTTP. A scalar is one segment, its text; a record whose fields are all scalars takes a segment
 * for each field, in schema order; any other key is base64url of its Avro binary. Segments are texts here, not yet (or no
 * longer) percent-encoded. What writes them stands in `key-segments.ts`, since clients need no more.
 */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import { fromBase64Url } from "../schema/base64.js";
import { keyBytes } from "../schema/key-bytes.js";
import { checkedBytes } from "../schema/logical-value.js";
import { setMember } from "../schema/member.js";
import { plainScalar } from "../schema/plain-scalar.js";
import { Reader } from "../schema/reader.js";
import type { TypeSource } from "../schema/type.js";
import {
  definitionOf,
  type EnumNode,
  type FixedNode,
  nodeOf,
  type PrimitiveNode,
  type TypeNode,
} from "../schema/type-node.js";
import { Walk } from "../schema/walk.js";
import { readWalking } from "../schema/walk-binary.js";
import { isScalar, type KeySegments, keySegments, scalarFields } from "./key-segments.js";

export { pathSafe, pathText, queryText } from "./key-segments.js";

/** Bytes of a key's segments in UTF-8, before percent-encoding. */
export const keyBytesLimit = 4096;

/** Bytes that one code unit of a text takes at most in UTF-8. */
const maxBytesPerUnit = 3;

/** Keys of one type in paths. Every method throws AffinityError KEY_INVALID, where it is a field with its `pointer`. */
export interface KeyPath extends KeySegments {
  /** How many segments a key takes. */
  readonly segmentCount: number;
  keyOf(segments: readonly string[]): unknown;
  /** The beginning of a key, as ordered keys take it: a text, or the values of leading fields. */
  prefixOf(segments: readonly string[]): string | readonly unknown[];
}

/** See the head of the file. */
export function keyPath(define: TypeSource): KeyPath {
  const node = nodeOf(define);
  const reading = keyReading(node);
  return {
    ...keySegments(define, (key) => keyBytes(define, key)),
    segmentCount: reading.segmentCount,
    keyOf: (segments) =>
      guarded(define, (walk) => {
        checkLength(segments);
        checkCount(segments, { least: reading.segmentCount, most: reading.segmentCount });
        return reading.read(segments, walk);
      }),
    prefixOf: (segments) =>
      guarded(define, (walk) => {
        checkLength(segments);
        return prefixOf(node, segments, walk);
      }),
  };
}

interface KeyReading {
  readonly segmentCount: number;
  read(segments: readonly string[], walk: Walk): unknown;
}

function keyReading(node: TypeNode): KeyReading {
  if (isScalar(node)) {
    const read = segmentReader(node);
    return { segmentCount: 1, read: ([segment = ""]) => read(segment) };
  }
  const fields = fieldReaders(node);
  if (fields.length === 0) return { segmentCount: 1, read: ([segment = ""], walk) => binaryKey(node, segment, walk) };
  return {
    segmentCount: fields.length,
    read(segments, walk) {
      const key = {};
      for (const [index, field] of fields.entries())
        setMember(key, field.name, readField(field, segments[index] ?? "", walk));
      return key;
    },
  };
}

function prefixOf(node: TypeNode, segments: readonly string[], walk: Walk): string | readonly unknown[] {
  if (node.kind === "string") {
    checkCount(segments, { least: 1, most: 1 });
    return segments[0] ?? "";
  }
  const fields = fieldReaders(node);
  if (fields.length === 0) {
    throw new AffinityError("KEY_INVALID", "a key of this type has no prefix; text keys and records of scalars have");
  }
  checkCount(segments, { least: 1, most: fields.length });
  return fields.slice(0, segments.length).map((field, index) => readField(field, segments[index] ?? "", walk));
}

function binaryKey(node: TypeNode, segment: string, walk: Walk): unknown {
  const input = new Reader(fromBase64Url(segment));
  const key = readWalking(node, input, walk);
  input.end();
  return key;
}

interface FieldReader {
  readonly name: string;
  readonly read: (segment: string) => unknown;
}

function fieldReaders(node: TypeNode): readonly FieldReader[] {
  return scalarFields(node).map(({ name, type }) => ({ name, read: segmentReader(type) }));
}

function readField({ name, read }: FieldReader, segment: string, walk: Walk): unknown {
  walk.into(name);
  const value = read(segment);
  walk.out();
  return value;
}

const integerText = /^-?(?:0|[1-9]\d*)$/;
const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads the text of plain JSON, without quotes. */
function segmentReader(node: PrimitiveNode | FixedNode | EnumNode): (segment: string) => unknown {
  const scalar = plainScalar(node);
  if ((node.kind === "bytes" || node.kind === "fixed") && node.logical === undefined) {
    const size = node.kind === "fixed" ? node.size : undefined;
    return (segment) => checkedBytes(fromBase64Url(segment), size);
  }
  return (segment) => scalar.take(jsonOf(node.kind, segment));
}

/** The JSON scalar that a text stands for; what it cannot stand for stays text, for the type to refuse. */
function jsonOf(kind: TypeNode["kind"], text: string): unknown {
  switch (kind) {
    case "null":
      return text === "null" ? null : text;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    case "int":
      return integerText.test(text) ? Number(text) : text;
    case "float":
    case "double":
      return numberText.test(text) ? Number(text) : text;
    default:
      return text;
  }
}

function checkLength(segments: readonly string[]): void {
  let most = 0;
  for (const segment of segments) most += segment.length * maxBytesPerUnit;
  if (most <= keyBytesLimit) return;
  const encoder = new TextEncoder();
  const bytes = segments.reduce((sum, segment) => sum + encoder.encode(segment).length, 0);
  if (bytes > keyBytesLimit) {
    throw new AffinityError("KEY_INVALID", `found a key of ${bytes} bytes; expected at most ${keyBytesLimit}`);
  }
}

function checkCount(
  segments: readonly string[],
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (segments.length >= least && segments.length <= most) return;
  const expected = least === most ? String(most) : `${least} to ${most}`;
  throw new AffinityError("KEY_INVALID", `found ${segments.length} parts; expected ${expected}`);
}

function guarded<T>(define: TypeSource, run: (walk: Walk) => T): T {
  const walk = new Walk();
  try {
    return run(walk);
  } catch (error) {
    const { pointer } = walk;
    const detail = isAffinityError(error) ? error.detail : messageOf(error);
    throw new AffinityError("KEY_INVALID", `key ${definitionOf(define).name}${pointer}: ${detail}`, {
      pointer,
      cause: error,
    });
  }
}
