/**
 * Reads a protocol (specification 1.12, "Protocol Declaration"): its types count; its messages are checked and then
 * left, since keyspaces say what is called here.
 */
import { excerpt, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonMember, type JsonNode, type JsonObject } from "../json-node.js";
import { checkParameters } from "./defaults.js";
import { readFields } from "./fields.js";
import type { Schema } from "./model.js";
import { fullNameOf, isNamespace, nameCure } from "./names.js";
import { branchName, readSchema } from "./read.js";
import { readNamespace } from "./read-named.js";
import type { Context, Reading } from "./reading.js";

export function readProtocol(reading: Reading, root: JsonNode): void {
  if (root.kind !== "object") {
    reading.fault("AVRO_PROTOCOL", root.at, `a protocol is an object; the file holds ${describeJson(root)}`);
    return;
  }
  const context = { namespace: readProtocolNamespace(reading, root), subject: "the protocol" };
  const types = root.get("types");
  if (types !== undefined && types.kind !== "array") reading.wrongKind(types, '"types" of the protocol', ["an array"]);
  if (types?.kind === "array") for (const type of types.items) readType(reading, type, context);
  const messages = root.get("messages");
  if (messages === undefined) return;
  if (messages.kind === "object") for (const message of messages.members) readMessage(reading, message, context);
  else reading.wrongKind(messages, '"messages" of the protocol', ["an object"]);
}

/** The namespace of the protocol, which its definitions inherit. Of its own name no more is asked, as in Java. */
function readProtocolNamespace(reading: Reading, root: JsonObject): string {
  const own = readNamespace(reading, root, "the protocol", { namespace: "", subject: "the protocol" });
  const node = root.get("protocol");
  if (node === undefined)
    return reading.fault("AVRO_MISSING", root.at, 'the protocol has no "protocol", its name') ?? own;
  if (node.kind !== "string") return reading.wrongKind(node, '"protocol"', ["the name of the protocol"]) ?? own;
  const { namespace } = fullNameOf(node.value, own);
  if (isNamespace(namespace)) return namespace;
  const text = `the namespace of ${quoted(node.value)} of the protocol is not legal`;
  return reading.fault("AVRO_NAMESPACE", node.at, text, nameCure(node.value)) ?? own;
}

function readType(reading: Reading, node: JsonNode, context: Context): void {
  if (node.kind === "object") readSchema(reading, node, { ...context, subject: "a type of the protocol" });
  else reading.wrongKind(node, 'an item of "types" of the protocol', ["a definition"]);
}

function readMessage(reading: Reading, { name, value }: JsonMember, context: Context): void {
  const subject = `message ${excerpt(name)}`;
  if (value.kind !== "object") {
    reading.wrongKind(value, subject, ['an object with "request" and "response"']);
    return;
  }
  const inner = { ...context, subject };
  const parameters = readFields(reading, value, { context: inner, readPart: readSchema, attribute: "request" });
  reading.parameters.push({ owner: subject, fields: parameters ?? [] });
  const isOneWay = readOneWay(reading, value, subject);
  const response = isOneWay ? value.get("response") : reading.required(value, "response", subject);
  const reply = response && readSchema(reading, response, { ...inner, subject: `the response of ${subject}` });
  if (isOneWay && response !== undefined && reply !== undefined && !isNull(reply)) {
    reading.fault("AVRO_PROTOCOL", response.at, `${subject} is one-way, so its response must be "null"`);
  }
  const errors = value.get("errors");
  if (errors === undefined) return;
  if (isOneWay) reading.fault("AVRO_PROTOCOL", errors.at, `${subject} is one-way, so it cannot have errors`);
  else readErrors(reading, errors, inner);
}

function readOneWay(reading: Reading, message: JsonObject, subject: string): boolean {
  const node = message.get("one-way");
  if (node !== undefined && node.kind !== "boolean")
    reading.wrongKind(node, `"one-way" of ${subject}`, ["true or false"]);
  return node?.kind === "boolean" && node.value;
}

/** "An optional union of declared error schemas": each branch names an error. */
function readErrors(reading: Reading, node: JsonNode, context: Context): void {
  const subject = `the errors of ${context.subject}`;
  if (node.kind !== "array") {
    reading.wrongKind(node, subject, ["an array of error types"]);
    return;
  }
  const union = readSchema(reading, node, { ...context, subject });
  if (union?.kind === "union") reading.errors.push({ branches: union.branches, subject });
}

/** What can be checked of messages only when every type is known. */
export function checkMessages(reading: Reading): void {
  for (const { owner, fields } of reading.parameters) checkParameters(reading, owner, fields);
  for (const { branches, subject } of reading.errors) {
    for (const branch of branches) {
      const draft = branch.kind === "reference" ? reading.definitions.get(branch.fullName)?.draft : undefined;
      const isUnknown = branch.kind === "reference" && draft === undefined;
      if (isUnknown || (draft?.kind === "record" && draft.isError)) continue;
      const text = `${subject} hold ${excerpt(branchName(branch))}, which is no error`;
      reading.fault("AVRO_PROTOCOL", branch.at, text, 'Define it with "type": "error".');
    }
  }
}

function isNull(schema: Schema): boolean {
  return schema.kind === "primitive" && schema.name === "null";
}
