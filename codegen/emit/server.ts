/** `index.ts`, the server's door: all entities, the handlers' types, and the descriptor that a node runs. */
import type { EntityModel, KeyspaceModel, MessageModel, ServiceModel, StoreModel } from "../service/model.js";
import { paragraphs } from "./doc.js";
import type { EntityContext } from "./entity.js";
import { type Code, type CodeFile, codeText, type Declaration, type Member } from "./file.js";
import { ImportSet } from "./imports.js";
import { literal, memberName, methodName, stringLiteral } from "./literal.js";
import { members } from "./members.js";
import { nodeDoor, relativeModule, schemaDoor } from "./modules.js";
import type { TypeScope } from "./type-text.js";
import { useText, useType } from "./uses.js";

/** Globals that the file means when it writes their names. */
const globals = ["Promise"];

/** @param inputs Hash of the generator's inputs, for GENERATED_STALE. */
export function emitServer(model: ServiceModel, inputs: string, context: EntityContext): CodeFile {
  const withMessages = model.keyspaces.filter((keyspace) => keyspace.messages.length > 0);
  const declared = withMessages.flatMap(({ names }) => Object.values(names));
  const imports = new ImportSet([...globals, "service", ...declared]);
  const scope: TypeScope = { module: "index", imports, ...context };
  const handlers = withMessages.flatMap((keyspace) => handlerTypes(keyspace, scope));
  const service = serviceConstant(model, inputs, scope);
  return {
    kind: "code",
    path: "index.ts",
    owner: "tool",
    sources: sourcesOf(model),
    imports,
    declarations: [...model.entities.map((entity) => reexport(entity, scope)), ...handlers, service],
  };
}

/** Files of definitions; of schemas where there is no definition. */
export function sourcesOf(model: ServiceModel): readonly string[] {
  const keyspaces = model.keyspaces.map(({ at }) => at.file);
  const files = keyspaces.length > 0 ? keyspaces : model.entities.map(({ type }) => type.at.file);
  return [...new Set(files)];
}

function reexport(entity: EntityModel, scope: TypeScope): Declaration {
  const { typeName, inputName, exportName, exportInputName } = entity;
  const named = (name: string, as: string): string => (name === as ? name : `${name} as ${as}`);
  const names = [named(typeName, exportName)];
  if (inputName !== typeName) names.push(`type ${named(inputName, exportInputName)}`);
  return { kind: "reexport", names, module: relativeModule("index", entity.module, scope.style.importEnding) };
}

function handlerTypes(keyspace: KeyspaceModel, scope: TypeScope): Declaration[] {
  const { names, name, messages } = keyspace;
  const errors = [...new Set(messages.flatMap((message) => message.errors))];
  const kinds = new Set(messages.map((message) => message.access));
  const declarations: Declaration[] = [
    {
      kind: "alias",
      name: names.errors,
      type: unionOf(errors),
      doc: `Codes that messages of keyspace ${name} may reject with.`,
    },
  ];
  if (kinds.has("write")) declarations.push(...accessTypes(keyspace, "write", scope));
  if (kinds.has("read")) declarations.push(...accessTypes(keyspace, "read", scope));
  return [
    ...declarations,
    {
      kind: "interface",
      name: names.handler,
      members: messages.map((message) => handlerMethod(message, keyspace, { errors, scope })),
      doc: paragraphs(
        keyspace.doc,
        `Messages of keyspace ${name}: each is called on the master only, one at a time for each partition.`,
      ),
    },
  ];
}

/** The stores and the context that messages of one kind get. */
function accessTypes(keyspace: KeyspaceModel, access: MessageModel["access"], scope: TypeScope): Declaration[] {
  const { names, name } = keyspace;
  const isRead = access === "read";
  const stores = isRead ? names.readStores : names.stores;
  const context = isRead ? names.readContext : names.context;
  const properties = keyspace.stores.map((store): Member => {
    const key = useText(store.key, "read", scope);
    const value = useText(store.value, "read", scope);
    const input = useText(store.value, "write", scope);
    const readsOnly = isRead || store.isExternal;
    const kind = scope.imports.type(readsOnly ? "ReadStoreOf" : "StoreOf", nodeDoor);
    const parameters = readsOnly || input === value ? [key, value] : [key, value, input];
    return {
      kind: "property",
      name: memberName(store.name),
      type: `${kind}<${parameters.join(", ")}>`,
      ...docOf(store),
    };
  });
  const handlerContext = scope.imports.type("HandlerContext", nodeDoor);
  return [
    {
      kind: "interface",
      name: stores,
      members: properties,
      doc: `Stores of keyspace ${name}, as a message sees them that ${isRead ? "reads only" : "writes"}.`,
    },
    {
      kind: "alias",
      name: context,
      typeParameters: `E extends string = ${names.errors}`,
      type: `${handlerContext}<${stores}, E>`,
      doc: `What a message of keyspace ${name} works with that ${isRead ? "reads only" : "writes"}; E: the codes that it may reject with.`,
    },
  ];
}

function docOf({ doc }: { readonly doc?: string }): { readonly doc?: string } {
  return doc === undefined ? {} : { doc: paragraphs(doc) };
}

function handlerMethod(
  message: MessageModel,
  keyspace: KeyspaceModel,
  { errors, scope }: { readonly errors: readonly string[]; readonly scope: TypeScope },
): Member {
  const context = message.access === "read" ? keyspace.names.readContext : keyspace.names.context;
  const isAll = message.errors.length === errors.length;
  const reply = message.reply === undefined ? "void" : useText(message.reply, "write", scope);
  const request = message.request && useText(message.request, "read", scope);
  const { route } = message;
  return {
    kind: "method",
    name: methodName(message.name),
    parameters: [
      { name: "context", type: isAll ? context : `${context}<${unionOf(message.errors)}>` },
      { name: "key", type: useText(keyspace.key, "read", scope) },
      ...(request === undefined ? [] : [{ name: "request", type: request }]),
    ],
    returns: `Promise<${reply}> | ${reply}`,
    doc: paragraphs(
      message.doc,
      route === undefined ? "Hidden from outside." : `Route: ${route.method} ${route.path}.`,
    ),
  };
}

function unionOf(codes: readonly string[]): string {
  return codes.length === 0 ? "never" : codes.map(stringLiteral).join(" | ");
}

function serviceConstant(model: ServiceModel, inputs: string, scope: TypeScope): Declaration {
  const openapi = scope.imports.value("openapi", relativeModule("index", "openapi", scope.style.importEnding));
  const code: Code = [
    "{",
    [
      `name: ${stringLiteral(model.name)},`,
      `inputs: ${stringLiteral(inputs)},`,
      ...members("keyspaces", model.keyspaces, (keyspace) => ({
        code: keyspaceCode(keyspace, scope),
        type: () => scope.imports.type("KeyspaceDescriptor", schemaDoor),
      })),
      `openapi: () => ${openapi}(),`,
    ],
    "}",
  ];
  return {
    kind: "constant",
    name: "service",
    isExported: true,
    type: scope.imports.type("ServiceDescriptor", schemaDoor),
    value: codeText(code),
    doc: "What a node runs.",
  };
}

function keyspaceCode(keyspace: KeyspaceModel, scope: TypeScope): Code {
  return [
    `name: ${stringLiteral(keyspace.name)},`,
    ...(keyspace.doc === undefined ? [] : [`doc: ${stringLiteral(keyspace.doc)},`]),
    `key: () => ${useType(keyspace.key, scope)},`,
    `keyEncoding: ${stringLiteral(keyspace.keyEncoding)},`,
    `partitions: ${keyspace.partitions},`,
    `replicas: ${keyspace.replicas},`,
    `path: ${stringLiteral(keyspace.path)},`,
    `expose: ${literal(keyspace.expose)},`,
    ...members("stores", keyspace.stores, (store) => ({
      code: storeCode(store, scope),
      type: () => scope.imports.type("StoreDescriptor", schemaDoor),
    })),
    ...members("messages", keyspace.messages, (message) => ({
      code: messageCode(message, scope),
      type: () => scope.imports.type("MessageDescriptor", schemaDoor),
    })),
  ];
}

function storeCode(store: StoreModel, scope: TypeScope): Code {
  return [
    `name: ${stringLiteral(store.name)},`,
    `key: () => ${useType(store.key, scope)},`,
    `value: () => ${useType(store.value, scope)},`,
    `topic: ${stringLiteral(store.topic)},`,
    `keySubject: ${stringLiteral(store.keySubject)},`,
    `valueSubject: ${stringLiteral(store.valueSubject)},`,
    ...(store.isExternal ? ["isExternal: true,"] : []),
  ];
}

function messageCode(message: MessageModel, scope: TypeScope): Code {
  const { request, reply, route } = message;
  return [
    `name: ${stringLiteral(message.name)},`,
    `access: ${stringLiteral(message.access)},`,
    ...(request === undefined ? [] : [`request: () => ${useType(request, scope)},`]),
    ...(reply === undefined ? [] : [`reply: () => ${useType(reply, scope)},`]),
    ...(route === undefined ? [] : [`route: ${literal({ method: route.method, path: route.path })},`]),
    `errors: ${literal(message.errors)},`,
    `requestSubject: ${stringLiteral(message.requestSubject)},`,
    `replySubject: ${stringLiteral(message.replySubject)},`,
  ];
}
