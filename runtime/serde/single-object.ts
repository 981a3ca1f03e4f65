/**
 * Single-object encoding: a value that carries the fingerprint of its schema.
 *
 *   0..1   C3 01
 *   2..9   CRC-64-AVRO of the schema's Parsing Canonical Form, little-endian
 *   10..   Avro binary
 *
 * Source: Avro 1.12 specification, "Single object encoding specification".
 */
import { AffinityError } from "../core/errors.js";
import { fingerprint } from "../schema/canonical-form.js";
import { withPlace } from "../schema/explain.js";
import { fault } from "../schema/fault.js";
import { definedBy } from "../schema/raw-schema.js";
import { Reader } from "../schema/reader.js";
import type { EntityType } from "../schema/type.js";
import { Writer } from "../schema/writer.js";
import { type ReadValue, readerOf } from "./reading.js";

const headBytes = 10;

export interface SingleObjectCodec<T, I> {
  encode(value: I): Uint8Array;
  /** @throws VALUE_INVALID for what is none; SCHEMA_NOT_FOUND for a fingerprint of a schema that was not given. */
  decode(bytes: Uint8Array): T;
}

export interface SingleObjectOptions {
  /** JSON texts of the schemas, beside the type's own, that others write with. */
  readonly writers?: readonly string[];
}

/** @throws SCHEMA_INCOMPATIBLE when what one of the writers writes cannot be read as the type. */
export function singleObjects<T, I>(
  type: EntityType<T, I>,
  { writers = [] }: SingleObjectOptions = {},
): SingleObjectCodec<T, I> {
  const own = type.fingerprint;
  const head = headOf(own);
  const readers = new Map<bigint, ReadValue<T>>();
  for (const text of writers) {
    const writer = definedBy(text);
    const mark = fingerprint(writer);
    readers.set(mark, readerOf(type, writer, `fingerprint ${hex(mark)}`));
  }
  readers.set(own, (input) => type.read(input));
  return {
    encode(value) {
      const out = new Writer();
      out.raw(head);
      type.write(out, value);
      return out.finish();
    },
    decode(bytes) {
      const mark = singleObjectFingerprint(bytes);
      const read = readers.get(mark);
      if (read === undefined) {
        throw new AffinityError(
          "SCHEMA_NOT_FOUND",
          `${type.name}: found the fingerprint ${hex(mark)}; expected ${[...readers.keys()].map(hex).join(" or ")}; give the writer's schema in writers`,
        );
      }
      const input = new Reader(bytes, headBytes);
      const value = read(input);
      try {
        input.end();
      } catch (error) {
        throw withPlace(error, type.name, "");
      }
      return value;
    },
  };
}

/** The fingerprint that a single object bears, to look up its writer's schema. @throws VALUE_INVALID */
export function singleObjectFingerprint(bytes: Uint8Array): bigint {
  if (bytes.length < headBytes || bytes[0] !== 0xc3 || bytes[1] !== 0x01) {
    const found = [...bytes.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const detail = `found ${bytes.length} bytes that begin with ${found || "nothing"}; expected C3 01, eight bytes of fingerprint, Avro binary`;
    throw withPlace(fault(detail), "single object", "");
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(2, true);
}

function headOf(mark: bigint): Uint8Array {
  const head = new Uint8Array(headBytes);
  head.set([0xc3, 0x01]);
  new DataView(head.buffer).setBigInt64(2, mark, true);
  return head;
}

function hex(mark: bigint): string {
  return BigInt.asUintN(64, mark).toString(16).padStart(16, "0");
}
