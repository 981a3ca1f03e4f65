/** Links schemas and definitions to a ServiceModel. Whatever is wrong between them is a diagnostic here; emitters cannot fail. */
import type { Diagnostic } from "../diagnostics.js";
import { byCodeUnits, sortDiagnostics } from "../diagnostics-sort.js";
import { listed, quoted } from "../diagnostics-text.js";
import type { JsonNode } from "../json-node.js";
import type { SchemaModel } from "../schema/model.js";
import type { KeyspaceDraft, MessageDraft, StoreDraft } from "./draft.js";
import { nameEntities } from "./entities.js";
import { Findings } from "./finding.js";
import { faultOfKey, isScalarRecord, keySegmentsOf, placeText } from "./keys.js";
import { checkRoutes, checkTopics, type PlacedKeyspace } from "./meetings.js";
import {
  type KeyspaceModel,
  type KeyspaceNames,
  type MessageModel,
  offeredOperations,
  readOperations,
  type ServiceModel,
  type StoreModel,
  type TypeStyle,
} from "./model.js";
import { capitalized, NameScope } from "./names.js";
import { checkTopic } from "./read-keyspace.js";
import { type ResolvedUse, TypeResolver } from "./resolve.js";
import { keySegment } from "./routes.js";

export interface LinkInput {
  /** The project's `name`. */
  readonly name: string;
  readonly style: TypeStyle;
  readonly schemas: SchemaModel;
  readonly keyspaces: readonly KeyspaceDraft[];
  /** TypeScript names by full Avro name, where one was asked for. */
  readonly names?: ReadonlyMap<string, string>;
}

export interface Linked {
  /** Undefined when there is a diagnostic. */
  readonly model: ServiceModel | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A keyspace whose types are known as far as they could be read. */
interface Resolved {
  readonly draft: KeyspaceDraft;
  readonly key: ResolvedUse | undefined;
  readonly stores: readonly {
    readonly draft: StoreDraft;
    readonly key: ResolvedUse | undefined;
    readonly value: ResolvedUse | undefined;
  }[];
  readonly messages: readonly {
    readonly draft: MessageDraft;
    readonly request: ResolvedUse | undefined;
    readonly reply: ResolvedUse | undefined;
  }[];
}

export function link(input: LinkInput): Linked {
  const findings = new Findings();
  const drafts = unique(findings, input.keyspaces);
  const resolver = new TypeResolver(input.schemas);
  const resolved = drafts.map((draft) => resolveTypes(resolver, draft));
  const { schemas, diagnostics } = resolver.finish();
  // A key of a type that is unknown has been reported; every other rule asks for its own.
  for (const keyspace of resolved) checkTypes(findings, keyspace, schemas);
  const exported = new NameScope({ taken: ["service"] });
  const entities = nameEntities(schemas, resolver.unnamed, exported, input.names);
  const placed = resolved.flatMap((keyspace) => placeKeyspace(findings, keyspace, { ...input, schemas }, exported));
  checkTopics(findings, placed);
  checkRoutes(findings, placed);
  const all = sortDiagnostics([...diagnostics, ...findings.diagnostics]);
  const model = { name: input.name, style: input.style, entities, keyspaces: placed.map(({ model }) => model) };
  return { model: all.length === 0 ? model : undefined, diagnostics: all };
}

/** By name. Two of one name, or of names that file systems take for one, are reported; the first stays. */
function unique(findings: Findings, drafts: readonly KeyspaceDraft[]): readonly KeyspaceDraft[] {
  const kept = new Map<string, KeyspaceDraft>();
  for (const draft of drafts) {
    const other = kept.get(draft.name.toLowerCase());
    if (other === undefined) {
      kept.set(draft.name.toLowerCase(), draft);
      continue;
    }
    const how =
      other.name === draft.name ? "has the name of another one" : `differs in case only from keyspace ${other.name}`;
    findings.fault("DEFINITION_DUPLICATE", draft.at, `keyspace ${draft.name} ${how} (${placeText(other.at)})`);
  }
  return [...kept.values()].sort((a, b) => byCodeUnits(a.name, b.name));
}

function resolveTypes(resolver: TypeResolver, draft: KeyspaceDraft): Resolved {
  const use = (node: JsonNode | undefined, place: string, what: string): ResolvedUse | undefined =>
    node && resolver.resolve(node, { place: `${draft.name}.${place}`, subject: what });
  const owner = `keyspace ${draft.name}`;
  return {
    draft,
    key: use(draft.key, "key", `the key of ${owner}`),
    stores: draft.stores.map((store) => {
      const what = `store ${store.name} of ${owner}`;
      const front = store.name === draft.name ? "" : `${store.name}.`;
      const key = use(store.key, `${store.name}.key`, `the key of ${what}`);
      return { draft: store, key, value: use(store.value, `${front}value`, `the value of ${what}`) };
    }),
    messages: draft.messages.map((message) => {
      const what = `message ${message.name} of ${owner}`;
      const request = use(message.request, `${message.name}.request`, `the request of ${what}`);
      return { draft: message, request, reply: use(message.reply, `${message.name}.reply`, `the reply of ${what}`) };
    }),
  };
}

function checkTypes(findings: Findings, { draft, key, stores, messages }: Resolved, { types }: SchemaModel): void {
  const owner = `keyspace ${draft.name}`;
  const keys = [
    { node: draft.key, use: key, what: `the key of ${owner}` },
    ...stores.map((store) => ({
      node: store.draft.key,
      use: store.key,
      what: `the key of store ${store.draft.name} of ${owner}`,
    })),
  ];
  for (const { node, use, what } of keys) {
    if (node === undefined || use === undefined) continue;
    const fault = faultOfKey(use.schema, types);
    if (fault !== undefined) findings.fault("DEFINITION_KEY", node.at, `${what} ${fault}`);
    const isText = use.schema.kind === "primitive" && use.schema.name === "string";
    if (draft.keyEncoding.value === "utf8" && !isText) {
      const text = `${what} is no string, but the keyspace has "keyEncoding": "utf8", which writes keys as plain text`;
      findings.fault("DEFINITION_KEY", node.at, text, 'Leave "keyEncoding" out, or take "string" for a key.');
    }
  }
  for (const { draft: message, request } of messages) {
    const { route } = message;
    if (typeof route === "string" || route.value.method !== "GET" || request === undefined) continue;
    if (isScalarRecord(request.schema, types)) continue;
    const text = `message ${message.name} of ${owner} has a GET route, whose request comes from the query, but its request is no record of scalars`;
    findings.fault("DEFINITION_ROUTE", route.at, text, "Use POST.");
  }
}

/** The keyspace's model; nothing where its key could not be read, which has been reported. */
function placeKeyspace(
  findings: Findings,
  resolved: Resolved,
  input: LinkInput,
  exported: NameScope,
): readonly PlacedKeyspace[] {
  const { draft, key } = resolved;
  const names = namesOf(draft.name, exported);
  if (key === undefined) return [];
  const stores = resolved.stores.flatMap((store): StoreModel[] => {
    if (store.value === undefined) return [];
    const { name, doc, topic: written, isExternal, at } = store.draft;
    const topic = written?.value ?? [input.name, draft.name, ...(name === draft.name ? [] : [name])].join("-");
    if (written === undefined)
      checkTopic(findings, { value: topic, at }, `the topic of store ${name} of keyspace ${draft.name}`);
    const subjects = { topic, keySubject: `${topic}-key`, valueSubject: `${topic}-value` };
    return [
      {
        name,
        ...(doc === undefined ? {} : { doc }),
        key: (store.key ?? key).use,
        value: store.value.use,
        ...subjects,
        isExternal,
        at,
      },
    ];
  });
  const { name, doc, keyEncoding, partitions, replicas, path, at } = draft;
  const exposed = stores.find((store) => store.name === name);
  if (
    exposed === undefined &&
    draft.expose !== undefined &&
    draft.expose.value.length > 0 &&
    resolved.stores.length === stores.length
  ) {
    const text = `"expose" of keyspace ${name} names what HTTP does with the store ${quoted(name)}, and there is no such store`;
    findings.fault("DEFINITION_VALUE", draft.expose.at, text);
  }
  const offered = exposed?.isExternal === true ? readOperations : offeredOperations;
  const refused = draft.expose?.value.filter((operation) => !offered.includes(operation)) ?? [];
  if (exposed !== undefined && draft.expose !== undefined && refused.length > 0) {
    const text = `"expose" of keyspace ${name} has ${listed(refused.map(quoted), "and")}, and others write the topic of its store ${quoted(name)}`;
    findings.fault(
      "DEFINITION_VALUE",
      draft.expose.at,
      text,
      `It may have ${listed(readOperations.map(quoted), "and")}.`,
    );
  }
  const model: KeyspaceModel = {
    name,
    ...(doc === undefined ? {} : { doc }),
    key: key.use,
    keyEncoding: keyEncoding.value,
    partitions,
    replicas,
    path: path.value,
    expose: exposed === undefined ? [] : (draft.expose?.value ?? offered),
    stores,
    messages: resolved.messages.map((message) => messageOf(message, input.name, draft)),
    names,
    at,
  };
  return [
    {
      model,
      pathAt: path.at,
      topicAt: new Map(draft.stores.map((store) => [store.name, store.topic?.at ?? store.at])),
      routeAt: new Map(draft.messages.map(({ name, route, at }) => [name, typeof route === "string" ? at : route.at])),
      keySegments: keySegmentsOf(key.schema, input.schemas.types),
    },
  ];
}

function messageOf(
  { draft, request, reply }: Resolved["messages"][number],
  project: string,
  keyspace: KeyspaceDraft,
): MessageModel {
  const { name, doc, access, route, errors, at } = draft;
  const subject = `${project}-${keyspace.name}-${name}`;
  const usual = { method: "POST", path: `${keyspace.path.value}/${keySegment}/${name}` } as const;
  return {
    name,
    ...(doc === undefined ? {} : { doc }),
    access,
    ...(request === undefined ? {} : { request: request.use }),
    ...(reply === undefined ? {} : { reply: reply.use }),
    ...(route === "hidden" ? {} : { route: route === "default" ? usual : route.value }),
    errors,
    requestSubject: `${subject}-request`,
    replySubject: `${subject}-reply`,
    at,
  };
}

function namesOf(keyspace: string, exported: NameScope): KeyspaceNames {
  const front = capitalized(keyspace);
  return {
    handler: exported.take(`${front}Handler`),
    stores: exported.take(`${front}Stores`),
    readStores: exported.take(`${front}ReadStores`),
    context: exported.take(`${front}Context`),
    readContext: exported.take(`${front}ReadContext`),
    errors: exported.take(`${front}Errors`),
    client: `${front}Client`,
  };
}
