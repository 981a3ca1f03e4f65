/**
 * Requests of `GET` routes: a record of scalars whose fields are parameters of the query. They become plain JSON, which
 * the request's own codec then checks, so that defaults, ranges and logical types have one reader.
 */
import type { AnyType } from "../schema/type.js";
import { nodeOf, type TypeNode } from "../schema/type-node.js";
import type { Query } from "./query.js";

/** See the head of the file. */
export class QueryRequest {
  readonly #fields: ReadonlyMap<string, (text: string) => string>;

  constructor(type: AnyType) {
    const node = nodeOf(type.define);
    const fields = node.kind === "record" ? node.fields : [];
    this.#fields = new Map(fields.map((field) => [field.name, jsonForm(field.type)]));
  }

  /** @throws QUERY_INVALID for a parameter that is no field, or stands twice. */
  json(query: Query): string {
    query.allow([...this.#fields.keys()]);
    const members: string[] = [];
    for (const [name, form] of this.#fields) {
      const text = query.one(name);
      if (text !== undefined) members.push(`${JSON.stringify(name)}:${form(text)}`);
    }
    return `{${members.join(",")}}`;
  }
}

const base64Url = /^[A-Za-z0-9_-]*$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** How the text of a parameter stands in plain JSON; what does not fit stays text, for the codec to refuse. */
function jsonForm(node: TypeNode): (text: string) => string {
  switch (node.kind) {
    case "boolean":
      return (text) => (text === "true" || text === "false" ? text : JSON.stringify(text));
    case "int":
    case "long":
    case "float":
    case "double":
      return (text) => (jsonNumber.test(text) ? text : JSON.stringify(text));
    case "bytes":
    case "fixed":
      if (node.logical !== undefined) return JSON.stringify;
      // Both alphabets, as paths have the one and plain JSON the other; the codec judges what is neither.
      return (text) => JSON.stringify(base64Url.test(text) ? Buffer.from(text, "base64url").toString("base64") : text);
    default:
      return JSON.stringify;
  }
}
