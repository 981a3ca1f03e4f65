/**
 * ServiceModel: what a project is, in our words. Plain readonly data, complete and legal: whoever holds one can emit
 * without checking. Every name that generated code shows is decided when it is built, and only read afterwards.
 */
import type { Operation, Route } from "../../runtime/protocol/service.js";
import type { SourceRef } from "../diagnostics.js";
import type { NamedType, Schema } from "../schema/model.js";

/** How longs and timestamp-millis appear in TypeScript. */
export interface TypeStyle {
  readonly longs: "bigint" | "number";
  readonly timestamps: "date" | "bigint";
}

/** A whole project. */
export interface ServiceModel {
  /** The project's `name`. */
  readonly name: string;
  readonly style: TypeStyle;
  /** Types of the output, by module and then by name: named types, then unnamed ones that definitions use. */
  readonly entities: readonly EntityModel[];
  /** By name. */
  readonly keyspaces: readonly KeyspaceModel[];
}

/** A type without an Avro name that a definition wrote in place and that needs a codec of its own. */
export interface UnnamedType {
  readonly kind: "unnamed";
  readonly schema: Schema;
  readonly at: SourceRef;
}

/** An Avro type as the output holds it: one type, one constant of the same name, three hoisted functions. */
export interface EntityModel {
  /** The full Avro name; of an unnamed type the place that uses it, `accounts.key`. */
  readonly fullName: string;
  readonly type: NamedType | UnnamedType;
  /** Path within the output, without ending: `entities/bank/Account`. */
  readonly module: string;
  readonly typeName: string;
  /** Name of the type as it may be written; equal to `typeName` where no default is reachable. */
  readonly inputName: string;
  /** Names of the hoisted functions. */
  readonly write: string;
  readonly read: string;
  readonly define: string;
  /** Names under which `index.ts` exports the two types. */
  readonly exportName: string;
  readonly exportInputName: string;
  /** Whether a value may hold another of its own type: such readers count their depth. */
  readonly isRecursive: boolean;
}

/** Primitives for which the runtime ships a type of its own. */
export type PlainPrimitive = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

/** What a key, value, request or reply is. */
export type TypeUse =
  | { readonly kind: "primitive"; readonly name: PlainPrimitive }
  /** An entity of the model, by its `fullName`. */
  | { readonly kind: "entity"; readonly fullName: string };

export interface StoreModel {
  readonly name: string;
  readonly doc?: string;
  readonly key: TypeUse;
  readonly value: TypeUse;
  readonly topic: string;
  readonly keySubject: string;
  readonly valueSubject: string;
  /** Others write its topic; here it is read only. */
  readonly isExternal: boolean;
  readonly at: SourceRef;
}

export interface MessageModel {
  readonly name: string;
  readonly doc?: string;
  readonly access: "read" | "write";
  readonly request?: TypeUse;
  readonly reply?: TypeUse;
  /** Absent when it is hidden from outside. */
  readonly route?: Route;
  /** Codes that its handler may reject with, in the definition's order. */
  readonly errors: readonly string[];
  readonly requestSubject: string;
  readonly replySubject: string;
  readonly at: SourceRef;
}

/** Names that `index.ts` and `client.ts` declare for a keyspace. */
export interface KeyspaceNames {
  readonly handler: string;
  readonly stores: string;
  readonly readStores: string;
  readonly context: string;
  readonly readContext: string;
  readonly errors: string;
  readonly client: string;
}

export interface KeyspaceModel {
  readonly name: string;
  readonly doc?: string;
  readonly key: TypeUse;
  readonly keyEncoding: "avro" | "utf8";
  readonly partitions: number;
  readonly replicas: number;
  readonly path: string;
  /** What HTTP offers of the store named like the keyspace; empty where there is no such store. */
  readonly expose: readonly Operation[];
  /** In the definition's order. */
  readonly stores: readonly StoreModel[];
  readonly messages: readonly MessageModel[];
  readonly names: KeyspaceNames;
  readonly at: SourceRef;
}

/** The store that HTTP exposes: the one named like the keyspace. */
export function ownStore(keyspace: KeyspaceModel): StoreModel | undefined {
  return keyspace.stores.find((store) => store.name === keyspace.name);
}

/** What HTTP does with rows that others write. */
export const readOperations: readonly Operation[] = ["get", "list"];

/** What HTTP does with rows. `watch` is not among them: it has no runtime yet, and defaults leave it out in silence. */
export const offeredOperations: readonly Operation[] = ["get", "put", "delete", "list"];
