/** Agrees with the registry on the schema ids of a project, and refuses to start on data that it could not read. */
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { KeyspaceDescriptor, ServiceDescriptor, StoreDescriptor } from "../protocol/service.js";
import type { RegisteredSchema, Registry } from "../registry/registry.js";
import { incompatibilities } from "../schema/compatibility.js";
import { cureOf } from "../schema/incompatibility.js";
import { logicalForm, readerForm, schemaText } from "../schema/logical-form.js";
import { definedBy } from "../schema/raw-schema.js";
import type { AnyType, TypeSource } from "../schema/type.js";
import type { KeyspaceSchemaIds } from "../state/access.js";
import { WriterSchemas } from "../state/writer-schemas.js";

/** A schema of the project and the subject under which it stands. */
interface Subject {
  readonly subject: string;
  readonly type: AnyType;
  /** `value of store accounts`, for messages. */
  readonly what: string;
  /**
   * Of keys no other schema is taken, of values each that resolves; what messages carry is not stored; and what others write
   * is theirs to register, and read as far as it resolves.
   */
  readonly kind: "key" | "value" | "message" | "external";
}

/**
 * Registers what is new and gives the ids of all, with the schemas of earlier versions.
 *
 * A schema that differs from a registered one in documentation or attributes that Avro does not know keeps the registered id.
 * One that differs in defaults or aliases is a version of its own, though it writes the same bytes: the registry judges the next
 * change by what this one reads.
 *
 * @throws SCHEMA_CHANGED when a store's registered key schema differs in canonical form or logical types, or when some value
 * of a version of its value schema could not be read with the present one; found for all subjects before anything is
 * registered. SCHEMA_INCOMPATIBLE when the registry forbids a schema, with the reason; SCHEMA_NOT_FOUND with all that is to be
 * registered where `autoRegister` does not let it.
 */
export async function agreeOnSchemas(
  service: ServiceDescriptor,
  registry: Registry,
  { clock, autoRegister }: { readonly clock: Clock; readonly autoRegister: boolean },
): Promise<{ readonly [keyspace: string]: KeyspaceSchemaIds }> {
  const keyspaces = Object.values(service.keyspaces);
  const subjects = keyspaces.flatMap(subjectsOf);
  const ids = new Map<string, number>();
  const earlier = new Map<number, TypeSource>();
  const fresh: Subject[] = [];
  for (const entry of subjects) {
    const same = sameVersion(entry, await wholeVersions(registry, entry.subject), earlier);
    if (same === undefined) fresh.push(entry);
    else ids.set(entry.subject, same.id);
  }
  const unknown = fresh.filter(({ kind }) => kind === "external");
  if (unknown.length > 0) throw notThere(unknown);
  if (fresh.length > 0 && !autoRegister) throw notRegistered(fresh);
  await assertTaken(fresh, registry);
  for (const { subject, id } of await registered(fresh, registry)) ids.set(subject, id);
  const writers = new WriterSchemas(registry, clock, earlier);
  return Object.fromEntries(keyspaces.map((keyspace) => [keyspace.name, { writers, ...idsOf(keyspace, ids) }]));
}

/** Every version with the types of its references written out. */
async function wholeVersions(registry: Registry, subject: string): Promise<readonly RegisteredSchema[]> {
  const versions = await registry.versions(subject);
  return Promise.all(
    versions.map(async (version) => {
      const schema = version.references === undefined ? undefined : await registry.schemaById(version.id);
      return schema === undefined ? version : { ...version, schema };
    }),
  );
}

/**
 * The newest version that reads and writes like the schema; of keys the oldest that writes like it, since its id stands in the
 * bytes of every key, and with another one a key would belong to another partition.
 *
 * @throws SCHEMA_CHANGED when data of another could not be read.
 */
function sameVersion(
  entry: Subject,
  versions: readonly RegisteredSchema[],
  earlier: Map<number, TypeSource>,
): RegisteredSchema | undefined {
  const isKey = entry.kind === "key";
  const formOf = isKey ? logicalForm : readerForm;
  const form = formOf(entry.type.define);
  let same: RegisteredSchema | undefined;
  for (const version of versions) {
    const writer = parsed(version.schema);
    if (writer !== undefined && formOf(writer) === form) same = isKey ? (same ?? version) : version;
    else if (isKey && version === versions.at(-1)) throw keyChanged(entry, version.version);
    else if (entry.kind === "value") assertReadable(entry, version, writer);
    if (writer !== undefined) earlier.set(version.id, writer);
  }
  return same;
}

/** Undefined for what another program registered and is no Avro schema. */
function parsed(text: string): TypeSource | undefined {
  try {
    return definedBy(text);
  } catch {
    return undefined;
  }
}

function assertReadable(
  { what, subject, type }: Subject,
  { version }: RegisteredSchema,
  writer: TypeSource | undefined,
): void {
  const [first] = writer === undefined ? [] : incompatibilities(writer, type.define);
  if (writer !== undefined && first === undefined) return;
  const why =
    first === undefined
      ? "is no Avro schema"
      : `could not all be read: ${first.path} ${first.reason} (${first.rule}). ${cureOf(first, "reader")} Else`;
  throw new AffinityError(
    "SCHEMA_CHANGED",
    `${what}: data of version ${version} of subject ${subject} ${why} ${otherwise}`,
  );
}

const otherwise =
  "go back to that schema, give the store another topic, or remove the data with `affinity reset`; nothing was touched";

/** Asks for all before any is registered, so that a start that is refused leaves nothing behind. */
async function assertTaken(fresh: readonly Subject[], registry: Registry): Promise<void> {
  const found = await Promise.all(
    fresh.map(async ({ subject, type, what }) => {
      const reasons = await registry.incompatibilities(subject, schemaText(type.define));
      return reasons.length === 0 ? [] : [`${what}, subject ${subject}: ${reasons.join(" ")}`];
    }),
  );
  const refused = found.flat();
  if (refused.length === 0) return;
  throw new AffinityError(
    "SCHEMA_INCOMPATIBLE",
    `the registry does not take ${refused.join(" | ")} Or change the subject's compatibility level; nothing was touched`,
  );
}

/** All in one turn, so that a registry that syncs does so once. */
function registered(fresh: readonly Subject[], registry: Registry): Promise<readonly RegisteredSchema[]> {
  return Promise.all(fresh.map(({ subject, type }) => registry.register(subject, schemaText(type.define))));
}

function notRegistered(missing: readonly Subject[]): AffinityError {
  return new AffinityError(
    "SCHEMA_NOT_FOUND",
    `the registry does not have ${missing.map(({ subject, what }) => `${what}, subject ${subject}`).join("; ")}; ` +
      "`affinity registry register` registers what is missing, and registry.autoRegister lets a start do it",
  );
}

function notThere(missing: readonly Subject[]): AffinityError {
  const [first] = missing;
  return new AffinityError(
    "SCHEMA_NOT_FOUND",
    `the registry has no version that reads and writes the same bytes as ${missing.map(({ subject, what }) => `${what}, subject ${subject}`).join("; ")}; ` +
      "others write it, so that nothing is registered here: copy the schema that they write with into the project, or " +
      `register one with \`affinity registry register ${first?.subject} <file>\``,
  );
}

/**
 * Registers every schema of a project that the registry does not have, those of external stores excepted, which are others'.
 *
 * @returns All, with their ids.
 */
export function registerSchemas(service: ServiceDescriptor, registry: Registry): Promise<readonly RegisteredSchema[]> {
  const subjects = Object.values(service.keyspaces).flatMap(subjectsOf);
  return registered(
    subjects.filter(({ kind }) => kind !== "external"),
    registry,
  );
}

function subjectsOf(keyspace: KeyspaceDescriptor): Subject[] {
  const stores = Object.values(keyspace.stores).flatMap((store): Subject[] => {
    const isExternal = store.isExternal === true;
    const key = { subject: store.keySubject, type: store.key(), what: `the key of store ${store.name}` };
    const value = { subject: store.valueSubject, type: store.value(), what: `the value of store ${store.name}` };
    return [
      ...(isExternal && hasTextKeys(keyspace, store)
        ? []
        : [{ ...key, kind: isExternal ? "external" : "key" } as const]),
      { ...value, kind: isExternal ? "external" : "value" },
    ];
  });
  const messages = Object.values(keyspace.messages).flatMap((message): Subject[] => [
    ...sent(message.requestSubject, message.request, `the request of message ${message.name}`),
    ...sent(message.replySubject, message.reply, `the reply of message ${message.name}`),
  ]);
  return [...stores, ...messages].map((entry) => ({ ...entry, what: `keyspace ${keyspace.name}: ${entry.what}` }));
}

function hasTextKeys(keyspace: KeyspaceDescriptor, store: StoreDescriptor): boolean {
  return keyspace.keyEncoding === "utf8" && store.key() === keyspace.key();
}

function sent(subject: string, type: (() => AnyType) | undefined, what: string): Subject[] {
  return type === undefined ? [] : [{ subject, type: type(), what, kind: "message" }];
}

function idsOf(keyspace: KeyspaceDescriptor, ids: ReadonlyMap<string, number>): KeyspaceSchemaIds {
  const id = (subject: string): number => {
    const found = ids.get(subject);
    if (found === undefined) throw new Error(`assertion failed: subject ${subject} has no schema id`);
    return found;
  };
  // Text names no schema.
  const keyId = (store: StoreDescriptor): number =>
    store.isExternal === true && hasTextKeys(keyspace, store) ? 0 : id(store.keySubject);
  const stores = Object.values(keyspace.stores);
  const own = keyspace.stores[keyspace.name] ?? stores.find((store) => store.key === keyspace.key) ?? stores[0];
  if (own === undefined) throw new Error(`assertion failed: keyspace ${keyspace.name} has no store`);
  return {
    key: keyId(own),
    stores: Object.fromEntries(stores.map((store) => [store.name, id(store.valueSubject)])),
    storeKeys: Object.fromEntries(stores.map((store) => [store.name, keyId(store)])),
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

function keyChanged({ what, subject }: Subject, version: number): AffinityError {
  return new AffinityError(
    "SCHEMA_CHANGED",
    `${what} differs from version ${version} of subject ${subject}, with which the stored keys were written; keys of ` +
      `another schema would be other keys, in other partitions; ${otherwise}`,
  );
}
