/**
 * Avro binary of keys, in few bytes of code: clients have no other binary codec. The server decodes and checks it; what is
 * refused here would arrive there as another key.
 */
import { branchOf, checkedDate, wrong } from "./json-codec.js";
import { memberOf } from "./member.js";
import type { TypeSource } from "./type.js";
import { type FixedNode, nodeOf, type PrimitiveNode, type TypeNode } from "./type-node.js";

/** The bytes of a key. @throws Error for what is not of the type. */
export function keyBytes(define: TypeSource, key: unknown): Uint8Array {
  return Uint8Array.from(bytesOf(nodeOf(define), key));
}

function bytesOf(node: TypeNode, key: unknown): readonly number[] {
  switch (node.kind) {
    case "record":
      return node.fields.flatMap(({ name, type }) => bytesOf(type, memberOf(Object(key), name)));
    case "array":
      if (!Array.isArray(key)) throw wrong("an array", key);
      return [...(key.length > 0 ? long(key.length) : []), ...key.flatMap((item) => bytesOf(node.items, item)), 0];
    case "union": {
      const { branch, index, bare } = branchOf(node, key);
      return [...long(index), ...bytesOf(branch, bare)];
    }
    case "map":
      throw wrong("a key without maps", key);
    case "enum":
      return long(node.symbols.indexOf(String(key)));
    default:
      return scalarBytes(node, key);
  }
}

function scalarBytes(node: PrimitiveNode | FixedNode, key: unknown): readonly number[] {
  const { kind, logical } = node;
  switch (kind) {
    case "null":
      return [];
    case "boolean":
      if (typeof key !== "boolean") throw wrong(kind, key);
      return [Number(key)];
    case "int":
    case "long":
      if (logical?.kind === "date") return long(dayOf(String(key)));
      return long(key instanceof Date ? checkedDate(key).getTime() : key);
    case "float":
    case "double": {
      // A number that is beyond a float would arrive as infinity.
      if (typeof key !== "number" || (kind === "float" && Number.isFinite(key) && !Number.isFinite(Math.fround(key))))
        throw wrong(kind, key);
      // Every platform that has browsers is little-endian, as Avro is.
      return [...new Uint8Array((kind === "float" ? Float32Array : Float64Array).of(key).buffer)];
    }
    case "string":
      if (typeof key !== "string" || /\p{Surrogate}/u.test(key)) throw wrong("a text", key);
      return sized([...new TextEncoder().encode(key)]);
    case "bytes":
      return sized(rawBytes(node, key));
    case "fixed": {
      const bytes = rawBytes(node, key);
      if (bytes.length !== node.size) throw wrong(`${node.size} bytes`, key);
      return bytes;
    }
  }
}

/** Days since 1970 of a text that ECMAScript, too, writes for the day. */
function dayOf(text: string): number {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, -14) !== text) throw wrong("a day", text);
  return date.getTime() / 86_400_000;
}

/** Bytes of bytes and fixed, whatever their logical type. */
function rawBytes(node: PrimitiveNode | FixedNode, key: unknown): readonly number[] {
  const { logical } = node;
  const text = String(key);
  switch (logical?.kind) {
    case "decimal": {
      const [, whole, fraction = ""] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
      if (whole === undefined || fraction.length !== logical.scale)
        throw wrong(`a decimal with ${logical.scale} digits after the point`, key);
      return twosComplement(BigInt(`${whole}${fraction}`), node.kind === "fixed" ? node.size : 0);
    }
    case "uuid":
      if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw wrong("a UUID", key);
      return Array.from(text.replaceAll("-", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    case "duration": {
      const { months, days, millis } = Object(key);
      const parts = Uint32Array.of(months, days, millis);
      if (parts.join() !== [months, days, millis].join()) throw wrong("a duration", key);
      return [...new Uint8Array(parts.buffer)];
    }
    default:
      if (!(key instanceof Uint8Array)) throw wrong("bytes", key);
      return [...key];
  }
}

function twosComplement(value: bigint, size: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
    // Until what is left is the sign, and the first byte shows it.
  } while (bytes.length < size || rest !== BigInt(-((bytes[0] ?? 0) >> 7)));
  return bytes;
}

function sized(bytes: readonly number[]): readonly number[] {
  return [...long(bytes.length), ...bytes];
}

/** @throws Error for what is no whole number of 64 bits. */
function long(value: unknown): readonly number[] {
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  const number = isWhole ? BigInt(value) : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number) throw wrong("a long", value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (number << 1n) ^ (number >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}
