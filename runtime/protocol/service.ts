/**
 * The shape of generated descriptors: what `index.ts` (server) and `client.ts` (browser) of a project's output hold.
 * Types stand behind functions, so that generated files may import each other in circles.
 */
import type { AnyType, TypeSource } from "../schema/type.js";

/** What HTTP does with the store that is named like its keyspace. */
export type Operation = "get" | "put" | "delete" | "list" | "watch";

/** A route: method and path template; `{key}` stands where the key's segments go (one for each field of a record key). */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
}

/** A store of a keyspace. */
export interface StoreDescriptor {
  readonly name: string;
  /** The keyspace's key type, or the store's own. */
  readonly key: () => AnyType;
  readonly value: () => AnyType;
  readonly topic: string;
  readonly keySubject: string;
  readonly valueSubject: string;
  /** Others write its topic; here it is read only. */
  readonly isExternal?: boolean;
}

/** A message that the keyspace's handler answers. */
export interface MessageDescriptor {
  readonly name: string;
  readonly access: "read" | "write";
  readonly request?: () => AnyType;
  readonly reply?: () => AnyType;
  /** Absent when the definition hides it (`"route": null`). */
  readonly route?: Route;
  /** Codes that the handler may `reject` with, as the definition lists them. */
  readonly errors: readonly string[];
  /** Registry subjects of the request and reply schemas, for `avro/binary`. */
  readonly requestSubject: string;
  readonly replySubject: string;
}

/** A keyspace as the runtime serves it. */
export interface KeyspaceDescriptor {
  readonly name: string;
  readonly doc?: string;
  readonly key: () => AnyType;
  readonly keyEncoding: "avro" | "utf8";
  readonly partitions: number;
  readonly replicas: number;
  /** Path of its rows, `/accounts`. */
  readonly path: string;
  readonly expose: readonly Operation[];
  /** By name; the one named like the keyspace, where there is one, is what HTTP exposes. */
  readonly stores: { readonly [name: string]: StoreDescriptor };
  readonly messages: { readonly [name: string]: MessageDescriptor };
}

/** A whole project as `index.ts` exports it under the name `service`. */
export interface ServiceDescriptor {
  /** The project's `name`. */
  readonly name: string;
  /** SHA-256 (hex) over the generator's inputs and its own output format, for GENERATED_STALE. */
  readonly inputs: string;
  readonly keyspaces: { readonly [name: string]: KeyspaceDescriptor };
  /** The OpenAPI document, as generated: served at `/_affinity/openapi.json`. */
  readonly openapi: () => unknown;
}

/** What a generated client knows of a message. */
export interface ClientMessage {
  readonly request?: TypeSource;
  readonly reply?: TypeSource;
  /** Whether it is a write, which carries an idempotency key. */
  readonly write: boolean;
  readonly route: Route;
}

/** What a generated client knows of a keyspace: JSON codecs only, no binary ones, so that bundles stay small. */
export interface ClientKeyspace {
  readonly name: string;
  readonly path: string;
  readonly key: TypeSource;
  /**
   * Avro binary of a key, where its type is neither a scalar nor a record of scalars: `(key) => keyBytes(defineEdge, key)`.
   * Absent for all other types, so that their bundles stay small.
   */
  readonly keyBytes?: (key: unknown) => Uint8Array;
  /** Of the store that HTTP exposes; absent where there is none. */
  readonly value?: TypeSource;
  readonly messages: { readonly [name: string]: ClientMessage };
}
