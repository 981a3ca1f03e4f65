/** Reads the definition of a keyspace. */
import type { Operation } from "../../runtime/protocol/service.js";
import { quoted } from "../diagnostics-text.js";
import type { JsonNode, JsonObject } from "../json-node.js";
import type { KeyspaceDraft, Placed, StoreDraft } from "./draft.js";
import type { Findings, MemberRules } from "./finding.js";
import { partitionRange, replicaRange, storeLimit, topicLengthLimit } from "./limits.js";
import { offeredOperations } from "./model.js";
import { checkName } from "./name-rules.js";
import { readMessages } from "./read-message.js";
import { faultOfPath } from "./routes.js";

const keyspaceMembers: MemberRules = {
  $schema: "optional",
  keyspace: "required",
  doc: "optional",
  key: "required",
  value: "optional",
  partitions: "optional",
  replicas: "optional",
  keyEncoding: "optional",
  stores: "optional",
  events: "not-yet",
  messages: "optional",
  socket: "not-yet",
  http: "optional",
};

const storeMembers: MemberRules = {
  doc: "optional",
  key: "optional",
  value: "required",
  topic: "optional",
  external: "optional",
  eventTime: "not-yet",
  ttl: "not-yet",
  indexes: "not-yet",
};

const belongsToStore =
  'It belongs to a store: write "stores": { "<keyspace>": { "value": …, … } } in place of "value".';
const elsewhere = Object.fromEntries(
  ["topic", "external", "eventTime", "ttl", "indexes"].map((name) => [name, belongsToStore]),
);

/** The keyspace as its file says it; undefined when it has no usable name. */
export function readKeyspace(findings: Findings, object: JsonObject): KeyspaceDraft | undefined {
  const named = findings.text(object, "keyspace", "the definition");
  const owner = named === undefined ? "the keyspace" : `keyspace ${quoted(named.value)}`;
  findings.members(object, owner, keyspaceMembers, elsewhere);
  findings.text(object, "$schema", owner);
  const name = named?.value;
  const isNamed = named !== undefined && checkName(findings, named.value, named.at, "keyspace");
  const draft = {
    at: named?.at ?? object.at,
    doc: findings.text(object, "doc", owner)?.value,
    key: object.get("key"),
    stores: readStores(findings, object, name ?? "", owner),
    messages: readMessages(findings, object, owner),
    partitions: findings.integer(object, "partitions", owner, partitionRange) ?? 8,
    replicas: readReplicas(findings, object, owner),
    keyEncoding: readEncoding(findings, object, owner),
    ...readHttp(findings, object, name ?? "", owner),
  };
  return isNamed && name !== undefined ? { name, ...draft } : undefined;
}

function readReplicas(findings: Findings, object: JsonObject, owner: string): number {
  const node = object.get("replicas");
  const replicas = findings.integer(object, "replicas", owner, replicaRange) ?? 1;
  if (node !== undefined && replicas > 1) findings.notYet(node.at, `a standby, ${quoted("replicas")} above 1,`);
  return replicas;
}

function readEncoding(findings: Findings, object: JsonObject, owner: string): Placed<"avro" | "utf8"> {
  const value = findings.word(object, "keyEncoding", owner, ["avro", "utf8"]) ?? "avro";
  return { value, at: object.get("keyEncoding")?.at ?? object.at };
}

function readStores(findings: Findings, object: JsonObject, name: string, owner: string): readonly StoreDraft[] {
  const value = object.get("value");
  const stores = findings.entries(object, "stores", owner, storeLimit);
  if (object.get("stores") === undefined) {
    if (value !== undefined)
      return [{ name, at: value.at, doc: undefined, key: undefined, value, topic: undefined, isExternal: false }];
    const cure = '"value" names the type of its values, "stores" names several stores.';
    findings.fault("DEFINITION_MEMBER_MISSING", object.at, `${owner} has neither "value" nor "stores"`, cure);
    return [];
  }
  if (value !== undefined) {
    const at = object.member("value")?.nameAt ?? value.at;
    findings.fault(
      "DEFINITION_VALUE",
      at,
      `${owner} has both "value" and "stores"`,
      '"value" is short for one store; remove it.',
    );
  }
  const written = object.get("stores");
  if (written?.kind === "object" && written.members.length === 0)
    findings.fault("DEFINITION_VALUE", written.at, `"stores" of ${owner} names no store`);
  return stores.flatMap((member) => {
    const isNamed = checkName(findings, member.name, member.nameAt, "store");
    const store = readStore(findings, member.value, { name: member.name, at: member.nameAt, owner });
    if (store?.key !== undefined && member.name === name) {
      const text = `store ${quoted(name)} of ${owner} has a key of its own; the store named like its keyspace has the keyspace's key`;
      findings.fault("DEFINITION_KEY", store.key.at, text, 'Remove "key" here.');
    }
    return isNamed && store !== undefined ? [store] : [];
  });
}

function readStore(
  findings: Findings,
  node: JsonNode,
  { name, at, owner }: Pick<StoreDraft, "name" | "at"> & { readonly owner: string },
): StoreDraft | undefined {
  const what = `store ${quoted(name)} of ${owner}`;
  if (node.kind !== "object") return findings.wrongKind(node, what, 'an object, like { "value": … }');
  findings.members(node, what, storeMembers);
  const topic = findings.text(node, "topic", what);
  if (topic !== undefined) checkTopic(findings, { value: topic.value, at: topic.at }, `"topic" of ${what}`);
  return {
    name,
    at,
    doc: findings.text(node, "doc", what)?.value,
    key: node.get("key"),
    value: node.get("value"),
    topic: topic && { value: topic.value, at: topic.at },
    isExternal: findings.flag(node, "external", what) === true,
  };
}

/** Reports a topic that Kafka would not take. */
export function checkTopic(findings: Findings, topic: Placed<string>, what: string): void {
  const { value, at } = topic;
  if (/^[A-Za-z0-9._-]+$/.test(value) && value !== "." && value !== ".." && value.length <= topicLengthLimit) return;
  const rule = `a topic has letters, digits and . _ -, is neither . nor .., and has at most ${topicLengthLimit} characters`;
  findings.fault("DEFINITION_TOPIC", at, `${what} is ${quoted(value)}; ${rule}`);
}

function readHttp(
  findings: Findings,
  object: JsonObject,
  name: string,
  owner: string,
): Pick<KeyspaceDraft, "path" | "expose"> {
  const http = findings.object(object, "http", owner);
  const what = `"http" of ${owner}`;
  const written = http && findings.text(http, "path", what);
  const path = { value: written?.value ?? `/${name}`, at: written?.at ?? object.get("keyspace")?.at ?? object.at };
  if (http === undefined) return { path, expose: undefined };
  findings.members(http, what, { path: "optional", expose: "optional" });
  const fault = written && faultOfPath(written.value, { hasKey: false });
  if (fault !== undefined)
    findings.fault("DEFINITION_PATH", path.at, `the path ${quoted(path.value)} of ${owner} ${fault}`);
  return { path, expose: readExpose(findings, http, what) };
}

function readExpose(findings: Findings, http: JsonObject, owner: string): KeyspaceDraft["expose"] {
  const node = http.get("expose");
  if (node === undefined) return undefined;
  const words: Operation[] = [];
  for (const item of findings.texts(http, "expose", owner)) {
    const word = findings.wordOf<Operation>(item, `an item of "expose" of ${owner}`, [...offeredOperations, "watch"]);
    if (word === undefined) continue;
    if (word === "watch") findings.notYet(item.at, '"watch"');
    else if (words.includes(word))
      findings.fault("DEFINITION_DUPLICATE", item.at, `"expose" of ${owner} has ${quoted(word)} twice`);
    else words.push(word);
  }
  return { value: offeredOperations.filter((word) => words.includes(word)), at: node.at };
}
