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
    case "null":
      return out.null(null);
    case "boolean":
      return out.boolean(value.value);
    case "integer":
      return out.long(value.value);
    case "real":
      return partOf(schema, "primitive").name === "float" ? out.float(value.value) : out.double(value.value);
    case "string":
      return out.string(value.value);
    case "bytes":
      return schema.kind === "primitive" ? out.bytes(value.value) : out.raw(value.value);
    case "enum": {
      const type = entities.get(partOf(schema, "reference").fullName)?.type;
      return out.index(type?.kind === "enum" ? type.symbols.indexOf(value.symbol) : -1);
    }
    case "array": {
      const { items } = partOf(schema, "array");
      return writeBlock(out, value.items, (item) => write(out, item, items, entities));
    }
    case "map": {
      const { values } = partOf(schema, "map");
      return writeBlock(out, value.entries, ([key, item]) => {
        out.string(key);
        write(out, item, values, entities);
      });
    }
    case "record": {
      const fields = fieldsOf(partOf(schema, "reference").fullName, entities);
      for (const [index, field] of fields.entries()) {
        const part = value.fields[index];
        if (part !== undefined) write(out, part, field.type, entities);
      }
      return;
    }
    case "union":
      out.index(value.branch);
      write(out, value.value, branchOf(schema, value.branch), entities);
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
