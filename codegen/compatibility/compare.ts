/**
 * What a change of a project would break: data that is stored, clients that are out there, programs that read the topics. Avro
 * knows of the schemas of values; of keys, partitions, topics and routes it does not.
 */
import { type CompatibilityFault, type CompatibilityLevel, faultsOf } from "../../runtime/schema/compatibility.js";
import { logicalForm } from "../../runtime/schema/logical-form.js";
import type { Diagnostic, SourceRef } from "../diagnostics.js";
import { sortDiagnostics } from "../diagnostics-sort.js";
import type { KeyspaceModel, MessageModel, ServiceModel, StoreModel, TypeUse } from "../service/model.js";
import { ModelTypes } from "./model-types.js";

/** What is compared with what. */
export interface Comparison {
  readonly before: ServiceModel;
  readonly after: ServiceModel;
  /** Of values; requests must always be read, and replies always be readable. */
  readonly level: CompatibilityLevel;
  /** Where `before` comes from, for messages: `git ref main`. */
  readonly against: string;
}

/** Everything that breaks, in order of file and place. */
export function compareProjects(comparison: Comparison): readonly Diagnostic[] {
  return sortDiagnostics(new Comparing(comparison).run());
}

class Comparing {
  readonly #comparison: Comparison;
  readonly #before: ModelTypes;
  readonly #after: ModelTypes;
  readonly #found: Diagnostic[] = [];

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    this.#before = new ModelTypes(comparison.before);
    this.#after = new ModelTypes(comparison.after);
  }

  run(): readonly Diagnostic[] {
    const { before, after } = this.#comparison;
    for (const old of before.keyspaces) {
      const keyspace = after.keyspaces.find(({ name }) => name === old.name);
      if (keyspace !== undefined) this.#keyspace(old, keyspace);
      else
        this.#add(gone(old.at), "KEYSPACE_REMOVED", `keyspace ${old.name} is gone, and with it its rows`, {
          cure: "Keep the definition until nobody asks for its rows.",
        });
    }
    return this.#found;
  }

  #keyspace(old: KeyspaceModel, keyspace: KeyspaceModel): void {
    const { name, at } = keyspace;
    const what = `keyspace ${name}`;
    this.#key(old.key, keyspace.key, what, at);
    if (old.partitions !== keyspace.partitions)
      this.#add(at, "PARTITIONS_CHANGED", `${what} has ${keyspace.partitions} partitions, and had ${old.partitions}`, {
        cure: "Keep the number: every key would belong elsewhere than its row stands.",
      });
    if (old.keyEncoding !== keyspace.keyEncoding)
      this.#add(
        at,
        "KEY_ENCODING_CHANGED",
        `${what} writes keys as ${keyspace.keyEncoding}, and did as ${old.keyEncoding}`,
        {
          cure: "Keep the encoding: the same key would have other bytes and another partition.",
        },
      );
    if (old.path !== keyspace.path)
      this.#add(at, "ROUTE_CHANGED", `${what} is at ${keyspace.path}, and was at ${old.path}`, { cure: keepRoute });
    const hidden = old.expose.filter((operation) => !keyspace.expose.includes(operation));
    if (hidden.length > 0)
      this.#add(at, "ROUTE_CHANGED", `${what} does not offer ${hidden.join(", ")} any more`, { cure: keepRoute });
    for (const store of old.stores)
      this.#store(
        store,
        keyspace.stores.find(({ name }) => name === store.name),
        keyspace,
      );
    for (const message of old.messages)
      this.#message(
        message,
        keyspace.messages.find(({ name }) => name === message.name),
        keyspace,
      );
  }

  #store(old: StoreModel, store: StoreModel | undefined, keyspace: KeyspaceModel): void {
    const what = `store ${old.name} of keyspace ${keyspace.name}`;
    if (store === undefined) {
      this.#add(keyspace.at, "STORE_REMOVED", `${what} is gone, and with it its rows`, {
        cure: "Keep the store until nobody asks for its rows.",
      });
      return;
    }
    const { at } = store;
    // The keyspace's own key is looked at once.
    if (sameUse(store.key, keyspace.key) !== true || old.keySubject !== store.keySubject)
      this.#key(old.key, store.key, what, at);
    if (old.topic !== store.topic)
      this.#add(at, "TOPIC_CHANGED", `${what} has the topic ${store.topic}, and had ${old.topic}`, {
        cure: `Write "topic": ${JSON.stringify(old.topic)}: the rows are in that one.`,
      });
    for (const subject of ["keySubject", "valueSubject"] as const)
      if (old[subject] !== store[subject] && old.topic === store.topic)
        this.#add(at, "SUBJECT_CHANGED", `${what} has the subject ${store[subject]}, and had ${old[subject]}`, {
          cure: "Keep the subject: the versions of the schema stand under it.",
        });
    this.#schemas(this.#comparison.level, { before: old.value, after: store.value, what: `the value of ${what}`, at });
  }

  #message(old: MessageModel, message: MessageModel | undefined, keyspace: KeyspaceModel): void {
    const what = `message ${old.name} of keyspace ${keyspace.name}`;
    if (message === undefined) {
      this.#add(keyspace.at, "MESSAGE_REMOVED", `${what} is gone`, { cure: "Keep the message until nobody sends it." });
      return;
    }
    const { at } = message;
    if (old.access !== message.access)
      this.#add(at, "MESSAGE_RETYPED", `${what} is a ${message.access}, and was a ${old.access}`, {
        cure: "Keep the access, or give the new message another name.",
      });
    if (old.route !== undefined && routeText(old) !== routeText(message))
      this.#add(at, "ROUTE_CHANGED", `${what} has the route ${routeText(message)}, and had ${routeText(old)}`, {
        cure: `Write "route": ${JSON.stringify(routeText(old))}.`,
      });
    this.#carried("request", "BACKWARD", { before: old.request, after: message.request, what, at });
    this.#carried("reply", "FORWARD", { before: old.reply, after: message.reply, what, at });
  }

  /** What a message carries: earlier clients send what they know, and read what they know. */
  #carried(part: "request" | "reply", level: CompatibilityLevel, uses: Uses<TypeUse | undefined>): void {
    const { before, after, what, at } = uses;
    if (before !== undefined && after !== undefined) {
      this.#schemas(level, { before, after, what: `the ${part} of ${what}`, at });
    } else if (before !== undefined || (after !== undefined && part === "request")) {
      this.#add(
        at,
        "MESSAGE_RETYPED",
        `${what} has ${after === undefined ? "no" : "a"} ${part}, and had ${before === undefined ? "none" : "one"}`,
        {
          cure: `Keep the ${part}, or give the new message another name.`,
        },
      );
    }
  }

  #key(old: TypeUse, key: TypeUse, what: string, at: SourceRef): void {
    if (logicalForm(this.#before.source(old)) === logicalForm(this.#after.source(key))) return;
    this.#add(this.#after.placeOf(key) ?? at, "KEY_CHANGED", `the key schema of ${what} has changed`, {
      cure: "Keep the key schema: keys of another schema are other keys, in other partitions. Copy the rows to a new keyspace instead.",
    });
  }

  #schemas(level: CompatibilityLevel, { before, after, what, at }: Uses<TypeUse>): void {
    const [old, present] = [this.#before.source(before), this.#after.source(after)];
    for (const fault of faultsOf(level, present, [old]))
      this.#fault(fault, { what, level, place: this.#place(fault) ?? at });
  }

  #fault(fault: CompatibilityFault, { what, level, place }: { what: string; level: string; place: SourceRef }): void {
    const whose = fault.newSide === "reader" ? "to read what is there" : "for those who read with the earlier schema";
    this.#add(place, fault.rule, `${fault.path} ${fault.reason} (${what}; ${level}, ${whose})`, { cure: fault.cure });
  }

  /** Where the new schema says what breaks: the field, else the type around it. */
  #place({ newSide, reader, writer }: CompatibilityFault): SourceRef | undefined {
    return this.#after.place(newSide === "reader" ? reader : writer);
  }

  #add(at: SourceRef, code: string, text: string, { cure }: { readonly cure: string }): void {
    const diagnostic = { at, code, text: `${text}, compared with ${this.#comparison.against}`, suggestion: cure };
    // One type may be used by many stores.
    const isKnown = this.#found.some(
      (other) =>
        other.at.file === at.file &&
        other.at.pointer === at.pointer &&
        other.code === code &&
        other.text === diagnostic.text,
    );
    if (!isKnown) this.#found.push(diagnostic);
  }
}

interface Uses<U> {
  readonly before: U;
  readonly after: U;
  /** Named in messages. */
  readonly what: string;
  readonly at: SourceRef;
}

const keepRoute = "Keep the route until nobody calls it.";

function routeText({ route }: MessageModel): string | null {
  return route === undefined ? null : `${route.method} ${route.path}`;
}

function sameUse(one: TypeUse, other: TypeUse): boolean {
  return one.kind === "entity" && other.kind === "entity"
    ? one.fullName === other.fullName
    : one.kind === "primitive" && other.kind === "primitive" && one.name === other.name;
}

/** The file that a definition stood in, which may be gone. */
function gone({ file }: SourceRef): SourceRef {
  return { file, pointer: "", line: 1, column: 1, length: 1 };
}
