/**
 * Texts that tell whether two schemas are the same to a reader of their data.
 *
 * Source: Avro 1.12 specification, "Parsing Canonical Form for Schemas" and "Schema Fingerprints".
 */
import { unitOf } from "./logical-type.js";
import type { TypeSource } from "./type.js";
import { type FixedNode, nodeOf, type PrimitiveNode, type TypeNode } from "./type-node.js";

/** The Parsing Canonical Form: names in full, no attribute that does not matter to the binary encoding. */
export function canonicalForm(define: TypeSource): string {
  return schemaForm(define, false);
}

/** The canonical form, with logical types where asked. */
export function schemaForm(define: TypeSource, hasLogical: boolean): string {
  return formOf(nodeOf(define), { seen: new Set(), hasLogical });
}

interface Form {
  /** Names that were written in full already. */
  readonly seen: Set<string>;
  readonly hasLogical: boolean;
}

function formOf(node: TypeNode, form: Form): string {
  if (node.kind === "union") return `[${node.branches.map((branch) => formOf(branch, form)).join()}]`;
  if (node.kind === "array") return `{"type":"array","items":${formOf(node.items, form)}}`;
  if (node.kind === "map") return `{"type":"map","values":${formOf(node.values, form)}}`;
  if (!("name" in node)) {
    const logical = logicalMembers(node, form);
    return logical === "" ? `"${node.kind}"` : `{"type":"${node.kind}"${logical}}`;
  }
  if (form.seen.has(node.name)) return `"${node.name}"`;
  form.seen.add(node.name);
  const head = `"name":"${node.name}","type":"${node.kind}"`;
  switch (node.kind) {
    case "record": {
      const fields = node.fields.map(({ name, type }) => `{"name":"${name}","type":${formOf(type, form)}}`);
      return `{${head},"fields":[${fields.join()}]}`;
    }
    case "enum":
      return `{${head},"symbols":[${node.symbols.map((symbol) => `"${symbol}"`).join()}]}`;
    case "fixed":
      return `{${head},"size":${node.size}${logicalMembers(node, form)}}`;
  }
}

function logicalMembers({ logical }: PrimitiveNode | FixedNode, form: Form): string {
  if (logical === undefined || !form.hasLogical) return "";
  switch (logical.kind) {
    case "decimal":
      return `,"logicalType":"decimal","precision":${logical.precision},"scale":${logical.scale}`;
    case "time":
      return `,"logicalType":"time-${unitOf(logical.digits)}"`;
    case "timestamp":
      return `,"logicalType":"${logical.isLocal ? "local-" : ""}timestamp-${unitOf(logical.digits)}"`;
    default:
      return `,"logicalType":"${logical.kind}"`;
  }
}

/** CRC-64-AVRO of the canonical form, as Java prints it: a signed 64-bit number. */
export function fingerprint(define: TypeSource): bigint {
  return BigInt.asIntN(64, crc64(new TextEncoder().encode(canonicalForm(define))));
}

/** The fingerprint of no bytes, and the polynomial. */
const empty = 0xc15d213aa4d7a795n;

let table: readonly bigint[] | undefined;

function crc64(bytes: Uint8Array): bigint {
  table ??= Array.from({ length: 256 }, (_, byte) => {
    let entry = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) entry = (entry >> 1n) ^ (empty & -(entry & 1n));
    return entry;
  });
  let crc = empty;
  for (const byte of bytes) crc = (crc >> 8n) ^ (table[Number(crc & 0xffn) ^ byte] ?? 0n);
  return crc;
}
