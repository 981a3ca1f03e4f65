/** Reads a JSON value as an Avro schema (specification 1.12, "Schema Declaration"). */
import { listed } from "../diagnostics-text.js";
import { describeJson, type JsonArray, type JsonNode, type JsonObject, type JsonString } from "../json-node.js";
import { otherAttributes } from "./attributes.js";
import { readLogicalType } from "./logical.js";
import type { PrimitiveName, PrimitiveSchema, ReferenceSchema, Schema, UnionSchema } from "./model.js";
import { isComplexWord, isPrimitiveName, referencedName } from "./names.js";
import { readNamed } from "./read-named.js";
import type { Context, Reading } from "./reading.js";

/** The schema, or undefined when it is faulty; its faults are then in `reading`. */
export function readSchema(reading: Reading, node: JsonNode, context: Context): Schema | undefined {
  switch (node.kind) {
    case "string":
      return readName(reading, node, context, {});
    case "array":
      return readUnion(reading, node, context);
    case "object":
      return readObject(reading, node, context);
    default: {
      const text = `${context.subject} is ${describeJson(node)}; expected a schema: a name, an object with a "type", or an array of schemas`;
      return reading.fault(
        "AVRO_SCHEMA",
        node.at,
        text,
        node.kind === "null" ? 'The type null is written "null".' : undefined,
      );
    }
  }
}

function readName(
  reading: Reading,
  node: JsonString,
  context: Context,
  attributes: ReferenceSchema["attributes"],
): PrimitiveSchema | ReferenceSchema {
  const { at, value } = node;
  if (isPrimitiveName(value)) return { kind: "primitive", name: value, at, attributes };
  const fullName = referencedName(value, context.namespace);
  reading.uses.push({ fullName, at, subject: context.subject, written: value });
  return { kind: "reference", fullName, at, attributes };
}

function readObject(reading: Reading, object: JsonObject, context: Context): Schema | undefined {
  const type = object.get("type");
  if (type === undefined) return noType(reading, object, context);
  if (type.kind !== "string") return typeNoName(reading, type, context);
  if (isPrimitiveName(type.value)) return readPrimitive(object, type.value);
  if (!isComplexWord(type.value)) return readName(reading, type, context, otherAttributes(object, []));
  if (type.value === "array" || type.value === "map") return readCollection(reading, object, type.value, context);
  return readNamed(reading, object, { word: type.value, context, readPart: readSchema });
}

function noType(reading: Reading, object: JsonObject, { subject }: Context): undefined {
  const isProtocol = object.get("protocol") !== undefined;
  const cure = isProtocol ? "A protocol belongs into a file that ends in .avpr." : undefined;
  return reading.fault("AVRO_MISSING", object.at, `${subject} is an object without "type"`, cure);
}

function typeNoName(reading: Reading, type: JsonNode, { subject }: Context): undefined {
  const text = `"type" of ${subject} is ${describeJson(type)}; expected the name of a type`;
  const isSchema = type.kind === "array" || (type.kind === "object" && type.get("type") !== undefined);
  const cure = isSchema ? 'Write the inner schema itself, without the outer {"type": …}.' : undefined;
  return reading.fault("AVRO_SCHEMA", type.at, text, cure);
}

function readPrimitive(object: JsonObject, name: PrimitiveName): PrimitiveSchema {
  const reading = readLogicalType(object, name);
  const attributes = otherAttributes(object, reading?.consumed ?? []);
  return { kind: "primitive", name, ...(reading && { logical: reading.logical }), at: object.at, attributes };
}

function readCollection(
  reading: Reading,
  object: JsonObject,
  word: "array" | "map",
  context: Context,
): Schema | undefined {
  const { at } = object;
  const attributes = otherAttributes(object, []);
  const part = reading.required(object, word === "array" ? "items" : "values", `the ${word} of ${context.subject}`);
  const inner = part && readSchema(reading, part, context);
  if (inner === undefined) return undefined;
  return word === "array"
    ? { kind: "array", items: inner, at, attributes }
    : { kind: "map", values: inner, at, attributes };
}

/** "Unions may not contain more than one schema with the same type, except for the named types […]. Unions may not immediately contain other unions." */
function readUnion(reading: Reading, array: JsonArray, context: Context): UnionSchema {
  const seen = new Map<string, number>();
  const branches = array.items.flatMap((item, index): Schema[] => {
    const faults = reading.diagnostics.length;
    const branch = readSchema(reading, item, context);
    if (branch === undefined) return [];
    if (branch.kind === "union") {
      reading.fault(
        "AVRO_UNION",
        item.at,
        `the union of ${context.subject} holds a union`,
        "Write its branches into the outer one.",
      );
      return [];
    }
    const name = branchName(branch);
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, index);
    // A definition whose name is taken was told already.
    else if (reading.diagnostics.length === faults)
      duplicateBranch(reading, { item, branch, branches: [earlier + 1, index + 1] }, context);
    return earlier === undefined ? [branch] : [];
  });
  return { kind: "union", branches, at: array.at, attributes: {} };
}

interface Duplicate {
  readonly item: JsonNode;
  readonly branch: Schema;
  readonly branches: readonly number[];
}

function duplicateBranch(reading: Reading, { item, branch, branches }: Duplicate, { subject }: Context): void {
  const [what, cure] =
    branch.kind === "reference"
      ? [branch.fullName, "Remove one of them."]
      : [
          `the type ${branchName(branch)}`,
          "Remove one, or wrap one in a record: logical types and attributes tell no branches apart.",
        ];
  const places = listed(branches.map(String), "and");
  reading.fault("AVRO_UNION", item.at, `the union of ${subject} holds ${what} twice, as branches ${places}`, cure);
}

/** The name that tells the branches of a union apart. */
export function branchName(schema: Schema): string {
  switch (schema.kind) {
    case "primitive":
      return schema.name;
    case "reference":
      return schema.fullName;
    default:
      return schema.kind;
  }
}
