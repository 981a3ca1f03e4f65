/** Reads definitions of records, errors, enums and fixed (specification 1.12, "Complex Types" and "Names"). */
import { excerpt, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonObject } from "../json-node.js";
import { docOf, otherAttributes } from "./attributes.js";
import type { Definition, TypeDraft } from "./draft.js";
import { readEnum } from "./enums.js";
import { readFields } from "./fields.js";
import { readLogicalType } from "./logical.js";
import type { FixedType, ReferenceSchema } from "./model.js";
import { type FullName, fullNameOf, isName, isNamespace, isPrimitiveName, nameCure } from "./names.js";
import type { Context, Head, NamedBody, Reading, ReadPart } from "./reading.js";
import { sameJson } from "./same-json.js";

export type NamedWord = "record" | "error" | "enum" | "fixed";

/** Largest `size` of a fixed: an int, as in Java. */
const sizeLimit = 2n ** 31n - 1n;

/** A definition's first word, and where it stands. */
interface NamedPlace {
  readonly word: NamedWord;
  readonly context: Context;
  readonly readPart: ReadPart;
}

/** Reads a definition and takes its name; gives a reference to it. With a faulty name the body is read for its faults only. */
export function readNamed(reading: Reading, object: JsonObject, place: NamedPlace): ReferenceSchema | undefined {
  const { word, context } = place;
  const name = readDefinedName(reading, object, word, context);
  const known = name ?? { fullName: "", namespace: context.namespace, name: "" };
  const definition: Definition = { at: object.get("name")?.at ?? object.at, node: object, draft: undefined };
  const isCopy = name !== undefined && isTaken(reading, name.fullName, definition, context);
  if (name !== undefined && !isCopy) reading.definitions.set(name.fullName, definition);
  const subject = excerpt(name?.fullName ?? `the ${word} of ${context.subject}`);
  const inner = { namespace: known.namespace, subject, isCopy: isCopy || context.isCopy === true };
  const head: Head = { ...known, at: definition.at, aliases: readAliases(reading, object, inner), ...docOf(object) };
  definition.draft = readBody(reading, object, head, { ...place, context: inner });
  return name && { kind: "reference", fullName: name.fullName, at: object.at, attributes: {} };
}

/** "The fullname is determined in one of the following ways": a dotted name, a name with a namespace, a name alone. */
function readDefinedName(
  reading: Reading,
  object: JsonObject,
  word: NamedWord,
  context: Context,
): FullName | undefined {
  const owner = `the ${word} of ${context.subject}`;
  const node = reading.required(object, "name", owner);
  if (node === undefined) return undefined;
  if (node.kind !== "string") return reading.wrongKind(node, `"name" of ${owner}`, ["a text"]);
  const isDotted = node.value.includes(".");
  const name = fullNameOf(node.value, isDotted ? "" : readNamespace(reading, object, owner, context));
  if (!isName(name.name) || (isDotted && !isNamespace(name.namespace))) {
    return reading.fault(
      "AVRO_NAME",
      node.at,
      `the name ${quoted(node.value)} of ${owner} is not legal`,
      nameCure(node.value),
    );
  }
  if (isPrimitiveName(name.fullName)) {
    const cure = "Choose another name, or put it into a namespace.";
    return reading.fault("AVRO_NAME", node.at, `${owner} has the name of the primitive type ${name.name}`, cure);
  }
  return name;
}

/** The namespace of a definition without a dot in its name: its own attribute, or else the one in force. */
export function readNamespace(reading: Reading, object: JsonObject, owner: string, context: Context): string {
  const node = object.get("namespace");
  if (node === undefined || node.kind === "null") return context.namespace;
  if (node.kind !== "string") {
    reading.wrongKind(node, `"namespace" of ${owner}`, ["a text"]);
    return context.namespace;
  }
  if (isNamespace(node.value)) return node.value;
  reading.fault(
    "AVRO_NAMESPACE",
    node.at,
    `the namespace ${quoted(node.value)} of ${owner} is not legal`,
    nameCure(node.value),
  );
  return context.namespace;
}

/** "A schema or protocol may not contain multiple definitions of a fullname." Files of one project are one schema here. */
function isTaken(reading: Reading, fullName: string, { at, node }: Definition, context: Context): boolean {
  const earlier = reading.placeOf(fullName);
  if (earlier === undefined) return false;
  if (context.isCopy === true) return true;
  const other = reading.definitions.get(fullName)?.node;
  const isSame = other !== undefined && sameJson(other, node);
  const how = isSame ? ", both times alike" : other === undefined ? "" : " and differently";
  const cure = isSame ? "Keep one, and write its name where the other stood." : "Rename or remove one of them.";
  const place = `${earlier.file}:${earlier.line}:${earlier.column}`;
  reading.fault("AVRO_DUPLICATE_TYPE", at, `${excerpt(fullName)} is defined twice${how}: here and at ${place}`, cure);
  return true;
}

/** Aliases as full names: "relative to the namespace of the name it is an alias for". */
function readAliases(reading: Reading, object: JsonObject, inner: Context): readonly string[] {
  return reading.texts(object, "aliases", inner.subject).flatMap(({ value, at }) => {
    const alias = fullNameOf(value, inner.namespace);
    if (isName(alias.name) && isNamespace(alias.namespace)) return [alias.fullName];
    reading.fault("AVRO_ALIAS", at, `the alias ${quoted(value)} of ${inner.subject} is not legal`, nameCure(value));
    return [];
  });
}

function readBody(
  reading: Reading,
  object: JsonObject,
  head: Head,
  { word, context, readPart }: NamedPlace,
): TypeDraft | undefined {
  const understood = ["namespace", "aliases", ...Object.keys(docOf(object))];
  const body = { head, understood, owner: context.subject };
  if (word === "enum") return readEnum(reading, object, body);
  if (word === "fixed") return readFixed(reading, object, body);
  const fields = readFields(reading, object, { context, readPart, attribute: "fields" });
  const attributes = otherAttributes(object, understood);
  return fields && { kind: "record", ...head, isError: word === "error", fields, attributes };
}

function readFixed(
  reading: Reading,
  object: JsonObject,
  { head, understood, owner }: NamedBody,
): FixedType | undefined {
  const node = reading.required(object, "size", owner);
  if (node === undefined) return undefined;
  const size = node.kind === "number" ? node.integer : undefined;
  if (size === undefined || size < 0n || size > sizeLimit) {
    const text = `"size" of ${owner} is ${describeJson(node)}; expected an integer from 0 to ${sizeLimit}`;
    return reading.fault("AVRO_SIZE", node.at, text);
  }
  const found = readLogicalType(object, { size: Number(size) });
  const attributes = otherAttributes(object, [...understood, ...(found?.consumed ?? [])]);
  return { kind: "fixed", ...head, size: Number(size), ...(found && { logical: found.logical }), attributes };
}
