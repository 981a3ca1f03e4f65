/** Defaults as Avro binary, the way generated writers append them where a field is left out. */
import { Writer } from "../../runtime/schema/writer.js";
import type { DefaultValue, Field, Schema } from "../schema/model.js";
import { branchOf, type EntityMap, fieldsOf, partOf } from "./definition.js";

/** Hex digits of a field's default; undefined where it has none. */
export function defaultHex(field: Field, entities: EntityMap): string | undefined {
  if (field.default === undefined) return undefined;
  const out = new Writer();
  write(out, field.default, field.type, entities);
  return Array.from(out.finish(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function write(out: Writer, value: DefaultValue, schema: Schema, entities: EntityMap): void {
  switch (value.kind) {
    case "array": {
      const { items } = partOf(schema, "array");
      writeBlock(out, value.items, (item) => write(out, item, items, entities));
      break;
    }
    case "map": {
      const { values } = partOf(schema, "map");
      writeBlock(out, value.entries, ([key, item]) => {
        out.string(key);
        write(out, item, values, entities);
      });
      break;
    }
    case "record":
      for (const [index, field] of fieldsOf(partOf(schema, "reference").fullName, entities).entries()) {
        const part = value.fields[index];
        if (part !== undefined) write(out, part, field.type, entities);
      }
      break;
    case "union":
      out.index(value.branch);
      write(out, value.value, branchOf(schema, value.branch), entities);
      break;
    default:
      writeScalar(out, value, schema, entities);
  }
}

type Scalar = Exclude<DefaultValue, { readonly kind: "array" | "map" | "record" | "union" }>;

function writeScalar(out: Writer, value: Scalar, schema: Schema, entities: EntityMap): void {
  switch (value.kind) {
    case "null":
      out.null(null);
      break;
    case "boolean":
      out.boolean(value.value);
      break;
    case "integer":
      out.long(value.value);
      break;
    case "real":
      if (partOf(schema, "primitive").name === "float") out.float(value.value);
      else out.double(value.value);
      break;
    case "string":
      out.string(value.value);
      break;
    case "bytes":
      if (schema.kind === "primitive") out.bytes(value.value);
      else out.raw(value.value);
      break;
    case "enum": {
      const type = entities.get(partOf(schema, "reference").fullName)?.type;
      out.index(type?.kind === "enum" ? type.symbols.indexOf(value.symbol) : -1);
    }
  }
}

/** Items in one block, then the block of none that ends a collection. */
function writeBlock<T>(out: Writer, items: readonly T[], writeItem: (item: T) => void): void {
  if (items.length > 0) {
    out.index(items.length);
    for (const item of items) writeItem(item);
  }
  out.index(0);
}
