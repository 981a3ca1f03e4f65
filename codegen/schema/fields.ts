/** Reads the fields of a record (specification 1.12, "Records"). */

import { nearest } from "../../runtime/core/nearest.js";
import { excerpt, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonNode, type JsonObject } from "../json-node.js";
import { docOf, otherAttributes } from "./attributes.js";
import type { FieldDraft } from "./draft.js";
import type { Field } from "./model.js";
import { isName, nameCure } from "./names.js";
import type { Context, Reading, ReadPart } from "./reading.js";

const orders = ["ascending", "descending", "ignore"] as const;

interface FieldsPlace {
  /** `subject` names the record or message. */
  readonly context: Context;
  readonly readPart: ReadPart;
  /** The attribute that lists the fields. */
  readonly attribute: "fields" | "request";
}

/** The fields, faulty ones left out; undefined when there is no array of them. */
export function readFields(
  reading: Reading,
  object: JsonObject,
  { context, readPart, attribute }: FieldsPlace,
): readonly FieldDraft[] | undefined {
  const { subject } = context;
  const node = reading.required(object, attribute, subject);
  if (node === undefined) return undefined;
  if (node.kind !== "array") return reading.wrongKind(node, `${quoted(attribute)} of ${subject}`, ["an array"]);
  const places = new Map<string, number>();
  return node.items.flatMap((item) => {
    const field = readField(reading, item, context, readPart);
    if (field === undefined) return [];
    const line = places.get(field.name);
    if (line === undefined) {
      places.set(field.name, field.at.line);
      return [field];
    }
    const text = `${subject} has a field ${excerpt(field.name)} twice, here and on line ${line}`;
    reading.fault("AVRO_DUPLICATE_FIELD", field.at, text, "Rename or remove one of them.");
    return [];
  });
}

function readField(reading: Reading, node: JsonNode, context: Context, readPart: ReadPart): FieldDraft | undefined {
  if (node.kind !== "object") {
    return reading.wrongKind(node, `a field of ${context.subject}`, ['an object with "name" and "type"']);
  }
  const name = readFieldName(reading, node, context);
  const subject = name === undefined ? `a field of ${context.subject}` : `field ${excerpt(name)} of ${context.subject}`;
  const typeNode = reading.required(node, "type", subject);
  const type = typeNode && readPart(reading, typeNode, { ...context, subject });
  const order = readOrder(reading, node, subject);
  const aliases = reading.texts(node, "aliases", subject).map((alias) => alias.value);
  if (name === undefined || type === undefined) return undefined;
  const doc = docOf(node);
  return {
    name,
    type,
    ...doc,
    aliases,
    order,
    defaultNode: node.get("default"),
    attributes: otherAttributes(node, ["default", "order", "aliases", ...Object.keys(doc)]),
    at: node.get("name")?.at ?? node.at,
  };
}

function readFieldName(reading: Reading, object: JsonObject, { subject }: Context): string | undefined {
  const node = reading.required(object, "name", `a field of ${subject}`);
  if (node === undefined) return undefined;
  if (node.kind !== "string") return reading.wrongKind(node, `"name" of a field of ${subject}`, ["a text"]);
  if (isName(node.value)) return node.value;
  const text = `the name ${quoted(node.value)} of a field of ${subject} is not legal`;
  return reading.fault("AVRO_NAME", node.at, text, nameCure(node.value));
}

/** Any case of letters, as in Java. */
function readOrder(reading: Reading, object: JsonObject, subject: string): Field["order"] {
  const node = object.get("order");
  if (node === undefined) return "ascending";
  const written = node.kind === "string" ? node.value : "";
  const order = orders.find((known) => known === written.toLowerCase());
  if (order !== undefined) return order;
  const near = nearest(written, orders);
  const text = `"order" of ${subject} is ${describeJson(node)}; expected ${orders.map(quoted).join(", ")}`;
  reading.fault("AVRO_ORDER", node.at, text, near && `Did you mean ${quoted(near)}?`);
  return "ascending";
}
