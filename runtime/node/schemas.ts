/** Agrees with the registry on the schema ids of a project, and refuses to start on data of another schema. */
import { AffinityError } from "../core/errors.js";
import type { KeyspaceDescriptor, ServiceDescriptor } from "../protocol/service.js";
import type { Registry } from "../registry/registry.js";
import { logicalForm, logicalFormOf, schemaText } from "../schema/logical-form.js";
import type { AnyType } from "../schema/type.js";
import type { KeyspaceSchemaIds } from "../state/access.js";

/** A schema of the project and the subject under which it stands. */
interface Subject {
  readonly subject: string;
  readonly type: AnyType;
  /** `value of store accounts`, for messages. */
  readonly what: string;
  /** Whether rows were written with it: then another schema under the subject is SCHEMA_CHANGED. */
  readonly isStored: boolean;
}

/**
 * Registers what is new and gives the ids of all.
 *
 * A schema that differs from the registered one in documentation, defaults or other attributes only keeps the
 * registered id: it reads and writes the same bytes.
 *
 * @throws SCHEMA_CHANGED when a store's registered key or value schema differs in canonical form or logical types;
 * found for all subjects before anything is registered.
 */
export async function agreeOnSchemas(
  service: ServiceDescriptor,
  registry: Registry,
): Promise<{ readonly [keyspace: string]: KeyspaceSchemaIds }> {
  const keyspaces = Object.values(service.keyspaces);
  const subjects = keyspaces.flatMap(subjectsOf);
  const ids = new Map<string, number>();
  const fresh: Subject[] = [];
  for (const entry of subjects) {
    const latest = await registry.latest(entry.subject);
    if (latest !== undefined && logicalFormOf(latest.schema) === logicalForm(entry.type.define)) {
      ids.set(entry.subject, latest.id);
      continue;
    }
    if (latest !== undefined && entry.isStored) throw schemaChanged(entry, latest.version);
    fresh.push(entry);
  }
  // All in one turn, so that a registry that syncs does so once.
  const registered = await Promise.all(
    fresh.map(({ subject, type }) => registry.register(subject, schemaText(type.define))),
  );
  for (const { subject, id } of registered) ids.set(subject, id);
  return Object.fromEntries(keyspaces.map((keyspace) => [keyspace.name, idsOf(keyspace, ids)]));
}

function subjectsOf(keyspace: KeyspaceDescriptor): Subject[] {
  const stores = Object.values(keyspace.stores).flatMap((store): Subject[] => [
    { subject: store.keySubject, type: store.key(), what: `the key of store ${store.name}`, isStored: true },
    { subject: store.valueSubject, type: store.value(), what: `the value of store ${store.name}`, isStored: true },
  ]);
  const messages = Object.values(keyspace.messages).flatMap((message): Subject[] => [
    ...sent(message.requestSubject, message.request, `the request of message ${message.name}`),
    ...sent(message.replySubject, message.reply, `the reply of message ${message.name}`),
  ]);
  return [...stores, ...messages].map((entry) => ({ ...entry, what: `keyspace ${keyspace.name}: ${entry.what}` }));
}

function sent(subject: string, type: (() => AnyType) | undefined, what: string): Subject[] {
  return type === undefined ? [] : [{ subject, type: type(), what, isStored: false }];
}

function idsOf(keyspace: KeyspaceDescriptor, ids: ReadonlyMap<string, number>): KeyspaceSchemaIds {
  const id = (subject: string): number => {
    const found = ids.get(subject);
    if (found === undefined) throw new Error(`assertion failed: subject ${subject} has no schema id`);
    return found;
  };
  const stores = Object.values(keyspace.stores);
  const own = keyspace.stores[keyspace.name] ?? stores.find((store) => store.key === keyspace.key) ?? stores[0];
  if (own === undefined) throw new Error(`assertion failed: keyspace ${keyspace.name} has no store`);
  return {
    key: id(own.keySubject),
    stores: Object.fromEntries(stores.map((store) => [store.name, id(store.valueSubject)])),
    storeKeys: Object.fromEntries(stores.map((store) => [store.name, id(store.keySubject)])),
    messages: Object.fromEntries(
      Object.values(keyspace.messages).map(({ name, request, reply, requestSubject, replySubject }) => [
        name,
        {
          ...(request === undefined ? {} : { request: id(requestSubject) }),
          ...(reply === undefined ? {} : { reply: id(replySubject) }),
        },
      ]),
    ),
  };
}

function schemaChanged({ what, subject }: Subject, version: number): AffinityError {
  return new AffinityError(
    "SCHEMA_CHANGED",
    `${what} differs from version ${version} of subject ${subject}, with which the stored data was written; ` +
      "nothing was touched; go back to that schema, give the store another topic, or remove the data with `affinity reset`",
  );
}
