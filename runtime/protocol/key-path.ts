/**
 * Keys in paths and queries of HTTP. A scalar is one segment, its text; a record whose fields are all scalars takes a segment
 * for each field, in schema order; any other key is base64url of its Avro binary. Segments are texts here, not yet (or no
 * longer) percent-encoded.
 */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import { fromBase64Url, toBase64Url } from "../schema/base64.js";
import { mismatch } from "../schema/fault.js";
import { checkedBytes } from "../schema/logical-value.js";
import { memberOf, setMember } from "../schema/member.js";
import { plainScalar } from "../schema/plain-scalar.js";
import { Reader } from "../schema/reader.js";
import type { TypeSource } from "../schema/type.js";
import {
  definitionOf,
  type EnumNode,
  type FixedNode,
  nodeOf,
  type PrimitiveNode,
  type RecordNode,
  type TypeNode,
} from "../schema/type-node.js";
import { Walk } from "../schema/walk.js";
import { readWalking, writeWalking } from "../schema/walk-binary.js";
import { Writer } from "../schema/writer.js";

/** Bytes of a key's segments in UTF-8, before percent-encoding. */
export const keyBytesLimit = 4096;

/** Keys of one type in paths. Every method throws AffinityError KEY_INVALID, with a `pointer` where it is a field. */
export interface KeyPath {
  /** How many segments a key takes. */
  readonly segmentCount: number;
  segmentsOf(key: unknown): readonly string[];
  keyOf(segments: readonly string[]): unknown;
  /** Segments of the beginning of a key: of a text key's text, or of a record key as an object with its leading fields. */
  prefixSegmentsOf(prefix: unknown): readonly string[];
  /** The beginning of a key, as ordered keys take it: a text, or the values of leading fields. */
  prefixOf(segments: readonly string[]): string | readonly unknown[];
}

type ScalarNode = PrimitiveNode | FixedNode | EnumNode;

/** See the head of the file. */
export function keyPath(define: TypeSource): KeyPath {
  const parts = partsOf(nodeOf(define));
  return {
    segmentCount: parts.segmentCount,
    segmentsOf: (key) =>
      guarded(define, (walk) => {
        const segments = parts.write(key, walk);
        checkLength(segments);
        return segments;
      }),
    keyOf: (segments) =>
      guarded(define, (walk) => {
        checkLength(segments);
        const [first] = segments;
        if (first === undefined || segments.length !== parts.segmentCount) {
          throw new AffinityError("KEY_INVALID", `found ${segments.length} parts; expected ${parts.segmentCount}`);
        }
        return parts.read(segments, walk);
      }),
    prefixSegmentsOf: (prefix) => guarded(define, (walk) => prefixParts(parts).write(prefix, walk)),
    prefixOf: (segments) =>
      guarded(define, (walk) => {
        checkLength(segments);
        return prefixParts(parts).read(segments, walk);
      }),
  };
}

function prefixParts({ prefix }: Parts): PrefixParts {
  if (prefix !== undefined) return prefix;
  throw new AffinityError("KEY_INVALID", "a key of this type has no prefix; text keys and records of scalars have");
}

/**
 * Whether segments survive in a path: `.`, `..` and empty ones are taken away by clients and proxies, so that such keys
 * travel in the query, `?key=`, once a segment.
 */
export function pathSafe(segments: readonly string[]): boolean {
  return segments.every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

/** Segments as a path, percent-encoded, without a slash at either end. */
export function pathText(segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join("/");
}

/** Segments as parameters of a query: `key=a&key=b`. */
export function queryText(segments: readonly string[]): string {
  return segments.map((segment) => `key=${encodeURIComponent(segment)}`).join("&");
}

interface Parts {
  readonly segmentCount: number;
  /** Absent where the beginning of a key is no range of keys. */
  readonly prefix?: PrefixParts;
  write(key: unknown, walk: Walk): string[];
  read(segments: readonly string[], walk: Walk): unknown;
}

interface PrefixParts {
  write(prefix: unknown, walk: Walk): string[];
  read(segments: readonly string[], walk: Walk): string | readonly unknown[];
}

function partsOf(node: TypeNode): Parts {
  if (isScalar(node)) {
    const scalar = scalarText(node);
    const parts = {
      segmentCount: 1,
      write: (key: unknown) => [scalar.write(key)],
      read: ([segment = ""]: readonly string[]) => scalar.read(segment),
    };
    return node.kind === "string" ? { ...parts, prefix: textPrefix } : parts;
  }
  const fields = node.kind === "record" ? node.fields.map((field) => field.type) : [];
  return node.kind === "record" && fields.length > 0 && fields.every(isScalar) ? recordParts(node) : binaryParts(node);
}

/** A duration is an object in plain JSON, and so no scalar. */
function isScalar(node: TypeNode): node is ScalarNode {
  if (node.kind === "record" || node.kind === "array" || node.kind === "map" || node.kind === "union") return false;
  return node.kind === "enum" || node.logical?.kind !== "duration";
}

const textPrefix: PrefixParts = {
  write(prefix) {
    if (typeof prefix !== "string") throw mismatch("the beginning of a text", prefix);
    return [prefix];
  },
  read([segment = "", ...others]) {
    if (others.length === 0) return segment;
    throw new AffinityError("KEY_INVALID", `found ${others.length + 1} parts; expected the beginning of one text`);
  },
};

interface FieldText {
  readonly name: string;
  readonly text: ScalarText;
}

function recordPrefix(fields: readonly FieldText[]): PrefixParts {
  return {
    write(prefix, walk) {
      const given = fields.filter(({ name }) => memberOf(Object(prefix), name) !== undefined);
      const isLeading = given.every((field, index) => field === fields[index]);
      if (!isLeading || given.length === 0 || given.length < Object.keys(Object(prefix)).length) {
        throw mismatch(`leading fields of ${fields.map(({ name }) => name).join(", ")}`, prefix);
      }
      return given.map(({ name, text }) => {
        walk.into(name);
        const segment = text.write(memberOf(Object(prefix), name));
        walk.out();
        return segment;
      });
    },
    read(segments, walk) {
      if (segments.length > fields.length) {
        throw new AffinityError("KEY_INVALID", `found ${segments.length} parts; expected at most ${fields.length}`);
      }
      return segments.map((segment, index) => {
        walk.into(fields[index]?.name ?? index);
        const value = fields[index]?.text.read(segment);
        walk.out();
        return value;
      });
    },
  };
}

function recordParts(node: RecordNode): Parts {
  const fields = node.fields.flatMap(({ name, type }) => (isScalar(type) ? [{ name, text: scalarText(type) }] : []));
  return {
    segmentCount: fields.length,
    prefix: recordPrefix(fields),
    write: (key, walk) =>
      fields.map(({ name, text }) => {
        walk.into(name);
        const segment = text.write(memberOf(Object(key), name));
        walk.out();
        return segment;
      }),
    read(segments, walk) {
      const key = {};
      for (const [index, { name, text }] of fields.entries()) {
        walk.into(name);
        setMember(key, name, text.read(segments[index] ?? ""));
        walk.out();
      }
      return key;
    },
  };
}

function binaryParts(node: TypeNode): Parts {
  return {
    segmentCount: 1,
    write(key, walk) {
      const out = new Writer();
      writeWalking(node, key, out, walk);
      return [toBase64Url(out.finish())];
    },
    read([segment = ""], walk) {
      const input = new Reader(fromBase64Url(segment));
      const key = readWalking(node, input, walk);
      input.end();
      return key;
    },
  };
}

interface ScalarText {
  write(value: unknown): string;
  read(text: string): unknown;
}

const integerText = /^-?(?:0|[1-9]\d*)$/;
const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The text of plain JSON, without quotes. */
function scalarText(node: ScalarNode): ScalarText {
  const scalar = plainScalar(node);
  if (node.kind === "string") {
    return { write: (value) => String(scalar.take(value)), read: (text) => scalar.take(text) };
  }
  if ((node.kind === "bytes" || node.kind === "fixed") && node.logical === undefined) {
    const size = node.kind === "fixed" ? node.size : undefined;
    return {
      write: (value) => toBase64Url(checkedBytes(value, size)),
      read: (text) => checkedBytes(fromBase64Url(text), size),
    };
  }
  return {
    write: (value) => scalar.write(value, false).replaceAll('"', ""),
    read: (text) => scalar.take(jsonOf(node, text)),
  };
}

/** The JSON scalar that a text stands for; what it cannot stand for stays text, for the type to refuse. */
function jsonOf(node: ScalarNode, text: string): unknown {
  switch (node.kind) {
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
  const bytes = segments.reduce((sum, segment) => sum + new TextEncoder().encode(segment).length, 0);
  if (bytes > keyBytesLimit) {
    throw new AffinityError("KEY_INVALID", `found a key of ${bytes} bytes; expected at most ${keyBytesLimit}`);
  }
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
