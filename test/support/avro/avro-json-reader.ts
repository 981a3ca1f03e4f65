/**
 * The specification's JSON encoding, read as a judge of what the server accepted: bytes and fixed are text of their code
 * points, logical types their base type, every branch of a union but null is tagged.
 */
import { twosComplement } from "./leaves.js";
import { isList, isObject, type Json } from "./lossless-json.js";
import { readPrimitive, refuse } from "./plain-reader.js";
import { branchName, type NamedShape, type Shape, type Types } from "./shape.js";
import { defaultValue, typeOf, type Value } from "./value.js";

/** @throws NotPlain */
export function readAvroJson(json: Json, shape: Shape, types: Types): Value {
  switch (shape.kind) {
    case "named":
      return readNamed(json, typeOf(types, shape.name), types);
    case "array":
      if (!isList(json)) return refuse(json, "array");
      return { kind: "array", items: json.map((item) => readAvroJson(item, shape.items, types)) };
    case "map":
      if (!isObject(json)) return refuse(json, "map");
      return {
        kind: "map",
        entries: new Map(Object.entries(json).map(([key, item]) => [key, readAvroJson(item, shape.values, types)])),
      };
    case "union":
      return readUnion(json, shape, types);
    case "bytes": {
      const bytes = readBytes(json);
      return shape.logical?.name === "decimal" ? shortest(bytes) : bytes;
    }
    default:
      return readPrimitive(json, shape.kind);
  }
}

function readNamed(json: Json, type: NamedShape, types: Types): Value {
  if (type.kind === "enum")
    return typeof json === "string" && type.symbols.includes(json) ? json : refuse(json, "symbol");
  if (type.kind === "fixed") {
    const bytes = readBytes(json);
    return bytes.length === type.size ? bytes : refuse(json, `fixed of ${type.size}`);
  }
  if (!isObject(json)) return refuse(json, "record");
  const fields = new Map<string, Value>();
  for (const field of type.fields) {
    if (Object.hasOwn(json, field.name))
      fields.set(field.name, readAvroJson(json[field.name] ?? null, field.type, types));
    else if (field.default !== undefined) fields.set(field.name, defaultValue(field.default, field.type, types));
    else refuse(json, `record with ${field.name}`);
  }
  const unknown = Object.keys(json).find((name) => !fields.has(name));
  if (unknown !== undefined) refuse(json, `record without ${unknown}`);
  return { kind: "record", fields, omitted: new Set() };
}

function readUnion(json: Json, shape: Shape & { readonly kind: "union" }, types: Types): Value {
  const { branches } = shape;
  if (json === null) {
    const branch = branches.findIndex(({ kind }) => kind === "null");
    return branch < 0 ? refuse(json, "union") : { kind: "union", branch, value: null };
  }
  const [tag = ""] = isObject(json) && Object.keys(json).length === 1 ? Object.keys(json) : [];
  const branch = branches.findIndex((candidate) => candidate.kind !== "null" && branchName(candidate) === tag);
  const type = branches[branch];
  if (type === undefined || !isObject(json)) return refuse(json, "tagged union");
  return { kind: "union", branch, value: readAvroJson(json[tag] ?? null, type, types) };
}

/** A decimal's number is what is meant: however many bytes it came in, it is stored in the fewest. */
function shortest(bytes: Uint8Array): Uint8Array {
  const digits = Buffer.from(bytes).toString("hex");
  return twosComplement(BigInt.asIntN(8 * bytes.length, digits === "" ? 0n : BigInt(`0x${digits}`)), undefined);
}

function readBytes(json: Json): Uint8Array {
  const isBytes = typeof json === "string" && [...json].every((character) => (character.codePointAt(0) ?? 0) <= 0xff);
  return isBytes ? Buffer.from(json, "latin1") : refuse(json, "bytes");
}
