/** Reads the messages of a keyspace. */
import type { Route } from "../../runtime/protocol/service.js";
import { quoted } from "../diagnostics-text.js";
import type { JsonNode, JsonObject, JsonString } from "../json-node.js";
import type { MessageDraft } from "./draft.js";
import type { Findings, MemberRules } from "./finding.js";
import { messageLimit } from "./limits.js";
import { checkName } from "./name-rules.js";
import { faultOfPath, keySegment, methods } from "./routes.js";

const members: MemberRules = {
  doc: "optional",
  access: "required",
  request: "optional",
  reply: "optional",
  route: "optional",
  errors: "optional",
};

/** Codes of rejections: as the runtime's own, so that clients compare them alike. */
const codePattern = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

export function readMessages(findings: Findings, keyspace: JsonObject, owner: string): readonly MessageDraft[] {
  return findings.entries(keyspace, "messages", owner, messageLimit).flatMap((member) => {
    const isNamed = checkName(findings, member.name, member.nameAt, "message");
    const message = readMessage(findings, member.value, { name: member.name, at: member.nameAt, owner });
    return isNamed && message !== undefined ? [message] : [];
  });
}

function readMessage(
  findings: Findings,
  node: JsonNode,
  { name, at, owner }: Pick<MessageDraft, "name" | "at"> & { readonly owner: string },
): MessageDraft | undefined {
  const what = `message ${quoted(name)} of ${owner}`;
  if (node.kind !== "object") return findings.wrongKind(node, what, 'an object, like { "access": "write", … }');
  findings.members(node, what, members);
  const access = findings.word(node, "access", what, ["read", "write"]) ?? "write";
  return {
    name,
    at,
    doc: findings.text(node, "doc", what)?.value,
    access,
    request: node.get("request"),
    reply: node.get("reply"),
    route: readRoute(findings, node, what, access),
    errors: readErrors(findings, node, what),
  };
}

function readRoute(
  findings: Findings,
  object: JsonObject,
  owner: string,
  access: "read" | "write",
): MessageDraft["route"] {
  const node = object.get("route");
  if (node === undefined) return "default";
  if (node.kind === "null") return "hidden";
  if (node.kind !== "string") {
    findings.wrongKind(node, `"route" of ${owner}`, `a text like "POST /accounts/${keySegment}/close", or null`);
    return "default";
  }
  const route = routeOf(findings, node, owner);
  if (route === undefined) return "default";
  if (route.method === "GET" && access === "write") {
    const text = `${owner} writes, and its route is a GET, which browsers and proxies send on their own and repeat`;
    findings.fault("DEFINITION_ROUTE", node.at, text, 'Use POST, or "access": "read".');
  }
  return { value: route, at: node.at };
}

function routeOf(findings: Findings, node: JsonString, owner: string): Route | undefined {
  const [word = "", path, ...rest] = node.value.split(" ");
  const method = methods.find((known) => known === word);
  if (method === undefined || path === undefined || rest.length > 0) {
    const text = `the route ${quoted(node.value)} of ${owner} is not a method and a path; expected one like "POST /accounts/${keySegment}/close"`;
    const upper = methods.find((known) => known === word.toUpperCase());
    return findings.fault(
      "DEFINITION_ROUTE",
      node.at,
      text,
      method === undefined && upper ? `Methods are written large: ${upper}.` : undefined,
    );
  }
  const fault = faultOfPath(path, { hasKey: true });
  if (fault === undefined) return { method, path };
  return findings.fault("DEFINITION_ROUTE", node.at, `the route ${quoted(node.value)} of ${owner} ${fault}`);
}

function readErrors(findings: Findings, object: JsonObject, owner: string): readonly string[] {
  const codes: string[] = [];
  for (const { value, at } of findings.texts(object, "errors", owner)) {
    if (!codePattern.test(value) || value.length > 64) {
      const text = `the code ${quoted(value)} of ${owner} is not written like AMOUNT_INVALID: large letters, digits and _, at most 64`;
      findings.fault("DEFINITION_VALUE", at, text);
    } else if (codes.includes(value))
      findings.fault("DEFINITION_DUPLICATE", at, `"errors" of ${owner} has ${value} twice`);
    else codes.push(value);
  }
  return codes;
}
