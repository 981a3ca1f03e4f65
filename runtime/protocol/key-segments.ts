/** Keys as clients put them into paths and queries: the writing half of `key-path.ts`, in few bytes of code. */
import { AffinityError, messageOf } from "../core/errors.js";
import { toBase64Url } from "../schema/base64.js";
import { checkedDate } from "../schema/json-codec.js";
import { memberOf } from "../schema/member.js";
import type { TypeSource } from "../schema/type.js";
import { type EnumNode, type FixedNode, nodeOf, type PrimitiveNode, type TypeNode } from "../schema/type-node.js";

/** Segments of keys of one type, not yet percent-encoded. Both methods throw KEY_INVALID for what is not of the type. */
export interface KeySegments {
  segmentsOf(key: unknown): readonly string[];
  /** Segments of the beginning of a key: of a text key's text, or of a record key as an object with its leading fields. */
  prefixSegmentsOf(prefix: unknown): readonly string[];
}

/** @param keyBytes Avro binary of a key: needed for types that are neither scalars nor records of scalars, and only there. */
export function keySegments(define: TypeSource, keyBytes?: (key: unknown) => Uint8Array): KeySegments {
  return {
    segmentsOf: (key) =>
      guarded(() => {
        const node = nodeOf(define);
        const fields = scalarFields(node);
        if (isScalar(node)) return [textOf(node, key)];
        if (fields.length > 0) return fieldTexts(fields, key);
        if (keyBytes === undefined) throw new Error("its type needs Avro binary; expected a client with keyBytes");
        return [toBase64Url(keyBytes(key))];
      }),
    prefixSegmentsOf: (prefix) =>
      guarded(() => {
        const node = nodeOf(define);
        if (node.kind === "string") return [textOf(node, prefix)];
        const names = Object.keys(Object(prefix));
        const leading = scalarFields(node).slice(0, names.length);
        if (names.length === 0 || leading.length < names.length || !leading.every(({ name }) => names.includes(name))) {
          throw new Error(
            "found no beginning of a key; expected that of a text, or leading fields of a record of scalars",
          );
        }
        return fieldTexts(leading, prefix);
      }),
  };
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new AffinityError("KEY_INVALID", `key: ${messageOf(error)}`, { cause: error });
  }
}

type ScalarNode = PrimitiveNode | FixedNode | EnumNode;

/** A field whose text is one segment. */
export interface ScalarField {
  readonly name: string;
  readonly type: ScalarNode;
}

/** The fields of a record that takes a segment for each; none of any other type. */
export function scalarFields(node: TypeNode): readonly ScalarField[] {
  const fields = node.kind === "record" ? node.fields : [];
  const scalars = fields.flatMap(({ name, type }) => (isScalar(type) ? [{ name, type }] : []));
  return scalars.length === fields.length ? scalars : [];
}

/** Whether a type's text is one segment. A duration is an object in plain JSON, and so no scalar. */
export function isScalar(node: TypeNode): node is ScalarNode {
  if (node.kind === "record" || node.kind === "array" || node.kind === "map" || node.kind === "union") return false;
  return node.kind === "enum" || node.logical?.kind !== "duration";
}

function fieldTexts(fields: readonly ScalarField[], key: unknown): readonly string[] {
  return fields.map(({ name, type }) => textOf(type, memberOf(Object(key), name)));
}

/** A number stands for itself also where plain JSON has a text that says the same. */
function textOf(node: ScalarNode, key: unknown): string {
  if (key instanceof Uint8Array) return toBase64Url(key);
  if (key instanceof Date) return checkedDate(key).toISOString();
  // The server refuses what is not of the type, but takes anything for a text.
  const isText = node.kind === "string" || node.kind === "enum";
  if (key === undefined || (isText && typeof key !== "string"))
    throw new Error(`found ${typeof key}; expected ${node.kind}`);
  return Object.is(key, -0) ? "-0" : String(key);
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
