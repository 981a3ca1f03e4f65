/** A keyspace as its file says it: shapes are checked, types and meetings with other definitions are not. */
import type { Operation, Route } from "../../runtime/protocol/service.js";
import type { SourceRef } from "../diagnostics.js";
import type { JsonNode } from "../json-node.js";

/** A text and its place. */
export interface Placed<T> {
  readonly value: T;
  readonly at: SourceRef;
}

export interface StoreDraft {
  readonly name: string;
  readonly at: SourceRef;
  readonly doc: string | undefined;
  /** The keyspace's key where it has none of its own. */
  readonly key: JsonNode | undefined;
  readonly value: JsonNode | undefined;
  readonly topic: Placed<string> | undefined;
  /** Others write its topic. */
  readonly isExternal: boolean;
}

export interface MessageDraft {
  readonly name: string;
  readonly at: SourceRef;
  readonly doc: string | undefined;
  readonly access: "read" | "write";
  readonly request: JsonNode | undefined;
  readonly reply: JsonNode | undefined;
  /** `hidden`: `"route": null`. `default`: none is written. */
  readonly route: Placed<Route> | "hidden" | "default";
  readonly errors: readonly string[];
}

export interface KeyspaceDraft {
  readonly name: string;
  readonly at: SourceRef;
  readonly doc: string | undefined;
  readonly key: JsonNode | undefined;
  readonly stores: readonly StoreDraft[];
  readonly messages: readonly MessageDraft[];
  readonly partitions: number;
  readonly replicas: number;
  readonly keyEncoding: Placed<"avro" | "utf8">;
  readonly path: Placed<string>;
  /** Absent where the definition says nothing: all that there is. */
  readonly expose: Placed<readonly Operation[]> | undefined;
}
