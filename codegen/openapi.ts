/** The description of a project's HTTP interface: OpenAPI 3.1. */
import type { Route } from "../runtime/protocol/service.js";
import { keySegments, pathOf } from "./openapi-keys.js";
import {
  bulk,
  components,
  content,
  etagHeader,
  list,
  type Operation,
  otherProblem,
  parameter,
  positionHeader,
  problemOf,
} from "./openapi-parts.js";
import { componentOf, type JsonObject, primitives, propertyOf, refTo } from "./openapi-schema.js";
import type { EntityModel, KeyspaceModel, MessageModel, ServiceModel, TypeUse } from "./service/model.js";
import { ownStore } from "./service/model.js";
import { keySegment } from "./service/routes.js";

const about = [
  "Plain JSON: longs are exact numbers of any digits (text is accepted; `Accept: application/json; longs=string` asks for text);",
  "NaN and infinities are text. Errors are problem details (RFC 9457).",
].join(" ");

/** The whole document as JSON. */
export function openApiDocument(model: ServiceModel): JsonObject {
  const builder = new DocumentBuilder(model);
  for (const keyspace of model.keyspaces) builder.add(keyspace);
  return {
    openapi: "3.1.0",
    info: { title: model.name, version: "1.0.0", description: about },
    tags: model.keyspaces.map(({ name, doc }) => ({ name, ...(doc === undefined ? {} : { description: doc }) })),
    paths: builder.paths(),
    components: components(Object.fromEntries(model.entities.map((entity) => [entity.fullName, componentOf(entity)]))),
  };
}

class DocumentBuilder {
  readonly #entities: ReadonlyMap<string, EntityModel>;
  /** By the path with its parameters' names left out, since two that differ in them only are one to OpenAPI. */
  readonly #paths = new Map<
    string,
    { readonly path: string; readonly names: readonly string[]; readonly operations: Map<string, JsonObject> }
  >();

  constructor(model: ServiceModel) {
    this.#entities = new Map(model.entities.map((entity) => [entity.fullName, entity]));
  }

  paths(): JsonObject {
    return Object.fromEntries(
      [...this.#paths.values()].map(({ path, operations }) => [path, Object.fromEntries(operations)]),
    );
  }

  add(keyspace: KeyspaceModel): void {
    const store = ownStore(keyspace);
    if (store !== undefined) this.#rows(keyspace, this.#schema(store.value));
    for (const message of keyspace.messages) this.#message(keyspace, message);
  }

  #rows(keyspace: KeyspaceModel, value: JsonObject): void {
    const row = `${keyspace.path}/${keySegment}`;
    const has = (operation: KeyspaceModel["expose"][number]): boolean => keyspace.expose.includes(operation);
    const at = (method: Route["method"], path: string, name: string, operation: Operation): void =>
      this.#operation(keyspace, { method, path }, name, operation);
    if (has("get")) {
      at("GET", row, "get", {
        summary: `Gets a row of ${keyspace.name}`,
        parameters: [parameter("If-Match"), parameter("If-None-Match")],
        responses: {
          200: { description: "The value.", headers: { ...etagHeader, ...positionHeader }, content: content(value) },
          304: { description: "The row has one of the versions." },
          404: problemOf("No such key."),
        },
      });
    }
    if (has("put")) {
      at("PUT", row, "put", {
        summary: `Puts a row of ${keyspace.name}`,
        parameters: [parameter("If-Match"), parameter("If-None-Match"), parameter("Idempotency-Key")],
        requestBody: { required: true, content: content(value) },
        responses: {
          201: { description: "Created.", headers: positionHeader },
          204: { description: "Replaced.", headers: positionHeader },
          412: problemOf("A condition is not met."),
        },
      });
      at("PUT", keyspace.path, "put.rows", bulk(keyspace, { key: this.#schema(keyspace.key), value }));
    }
    if (has("delete")) {
      at("DELETE", row, "delete", {
        summary: `Deletes a row of ${keyspace.name}`,
        parameters: [parameter("If-Match"), parameter("If-None-Match"), parameter("Idempotency-Key")],
        responses: {
          204: { description: "Deleted.", headers: positionHeader },
          404: problemOf("No such key."),
          412: problemOf("A condition is not met."),
        },
      });
    }
    if (has("list")) at("GET", keyspace.path, "list", list(keyspace, { key: this.#schema(keyspace.key), value }));
  }

  #message(keyspace: KeyspaceModel, message: MessageModel): void {
    const { route, request, reply, access, name, doc } = message;
    if (route === undefined) return;
    const query = route.method === "GET" && request !== undefined;
    const parameters = [
      ...(query ? this.#queryParameters(request) : []),
      ...(access === "write" ? [parameter("Idempotency-Key")] : []),
    ];
    this.#operation(keyspace, route, name, {
      summary: `${name} of ${keyspace.name}`,
      description: doc,
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(request === undefined || query
        ? {}
        : { requestBody: { required: true, content: content(this.#schema(request)) } }),
      responses: {
        ...(reply === undefined
          ? { 204: { description: "Done." } }
          : { 200: { description: "The reply.", content: content(this.#schema(reply)) } }),
        ...(message.errors.length === 0 ? {} : { 422: problemOf(`Rejected: ${message.errors.join(", ")}.`) }),
      },
    });
  }

  /** Fields of a record of scalars, each a parameter of the query. */
  #queryParameters(use: TypeUse): readonly JsonObject[] {
    const type = use.kind === "entity" ? this.#entities.get(use.fullName)?.type : undefined;
    if (type?.kind !== "record") return [];
    return type.fields.map((field) => ({
      name: field.name,
      in: "query",
      required: field.default === undefined,
      schema: propertyOf(field),
    }));
  }

  #operation(keyspace: KeyspaceModel, route: Route, name: string, operation: Operation): void {
    const { path, segments } = pathOf(route.path, keySegments(keyspace.key, this.#entities));
    const bare = path.replace(/\{[^}]*\}/g, "{}");
    const known = this.#paths.get(bare) ?? {
      path,
      names: segments.map((segment) => segment.name),
      operations: new Map<string, JsonObject>(),
    };
    this.#paths.set(bare, known);
    const keys = segments.map(({ schema }, index) => ({
      name: known.names[index] ?? "key",
      in: "path",
      required: true,
      schema,
    }));
    const { summary, description, parameters = [], requestBody, responses } = operation;
    known.operations.set(route.method.toLowerCase(), {
      operationId: `${keyspace.name}.${name}`,
      tags: [keyspace.name],
      summary,
      ...(description === undefined ? {} : { description }),
      ...(keys.length + parameters.length === 0 ? {} : { parameters: [...keys, ...parameters] }),
      ...(requestBody === undefined ? {} : { requestBody }),
      responses: { ...responses, default: otherProblem },
    });
  }

  #schema(use: TypeUse): JsonObject {
    return use.kind === "primitive" ? primitives[use.name] : refTo(use.fullName);
  }
}
