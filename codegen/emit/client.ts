/** `client.ts`, the browser-safe door: of entities it takes types and definitions, never the binary codecs. */
import { isBinaryKey } from "../openapi-keys.js";
import {
  type KeyspaceModel,
  type MessageModel,
  offeredOperations,
  ownStore,
  type ServiceModel,
} from "../service/model.js";
import { paragraphs } from "./doc.js";
import type { EntityContext } from "./entity.js";
import type { Code, CodeFile, Declaration, Member } from "./file.js";
import { ImportSet } from "./imports.js";
import { literal, memberName, methodName, stringLiteral } from "./literal.js";
import { memberList, members } from "./members.js";
import { clientDoor, schemaDoor } from "./modules.js";
import { sourcesOf } from "./server.js";
import type { TypeScope } from "./type-text.js";
import { useDefinition, useText } from "./uses.js";

/** Functions of a client's keyspace for each operation that HTTP offers. */
const functionsOf: { readonly [operation: string]: readonly string[] } = {
  get: ["get", "getWithMeta"],
  put: ["put"],
  delete: ["delete"],
  list: ["list"],
};

export function emitClient(model: ServiceModel, context: EntityContext): CodeFile {
  const declared = ["Client", "createClient", ...model.keyspaces.map(({ names }) => names.client)];
  const imports = new ImportSet(["Promise", "Pick", ...declared]);
  const scope: TypeScope = { module: "client", imports, ...context };
  return {
    kind: "code",
    path: "client.ts",
    owner: "tool",
    sources: sourcesOf(model),
    imports,
    declarations: [
      ...model.keyspaces.map((keyspace) => keyspaceInterface(keyspace, scope)),
      clientInterface(model),
      createFunction(model, scope),
    ],
  };
}

function keyspaceInterface(keyspace: KeyspaceModel, scope: TypeScope): Declaration {
  const base = rowsType(keyspace, scope);
  return {
    kind: "interface",
    name: keyspace.names.client,
    ...(base === undefined ? {} : { extends: base }),
    members: keyspace.messages.flatMap((message) => messageMethod(message, keyspace, scope)),
    doc: paragraphs(keyspace.doc, `Keyspace ${keyspace.name}.`),
  };
}

/** The functions for rows, as far as HTTP offers them. */
function rowsType(keyspace: KeyspaceModel, scope: TypeScope): string | undefined {
  const store = ownStore(keyspace);
  if (store === undefined || keyspace.expose.length === 0) return undefined;
  const value = useText(store.value, "read", scope);
  const input = useText(store.value, "write", scope);
  const parameters = [useText(keyspace.key, "read", scope), value, ...(input === value ? [] : [input])];
  const all = `${scope.imports.type("KeyspaceClient", clientDoor)}<${parameters.join(", ")}>`;
  if (offeredOperations.every((operation) => keyspace.expose.includes(operation))) return all;
  const names = keyspace.expose.flatMap((operation) => functionsOf[operation] ?? []);
  return `Pick<${all}, ${names.map(stringLiteral).join(" | ")}>`;
}

function messageMethod(message: MessageModel, keyspace: KeyspaceModel, scope: TypeScope): readonly Member[] {
  const { route, request, reply } = message;
  if (route === undefined) return [];
  const retried = message.access === "write" ? " Retried with the same idempotency key." : "";
  return [
    {
      kind: "method",
      name: methodName(message.name),
      parameters: [
        { name: "key", type: useText(keyspace.key, "read", scope) },
        ...(request === undefined ? [] : [{ name: "request", type: useText(request, "write", scope) }]),
        { name: "options", type: scope.imports.type("MessageOptions", clientDoor), isOptional: true },
      ],
      returns: `Promise<${reply === undefined ? "void" : useText(reply, "read", scope)}>`,
      doc: paragraphs(message.doc, `${route.method} ${route.path}.${retried}`),
    },
  ];
}

function clientInterface(model: ServiceModel): Declaration {
  return {
    kind: "interface",
    name: "Client",
    members: [
      ...model.keyspaces.map(
        ({ name, names }): Member => ({ kind: "property", name: memberName(name), type: names.client }),
      ),
      {
        kind: "method",
        name: "close",
        parameters: [],
        returns: "Promise<void>",
        doc: "Ends calls under way and lets connections go.",
      },
    ],
    doc: `Calls ${model.name} from a browser or from Node.js.`,
  };
}

function createFunction(model: ServiceModel, scope: TypeScope): Declaration {
  const keyspaces = memberList(model.keyspaces, (keyspace) => ({
    code: keyspaceCode(keyspace, scope),
    type: () => scope.imports.type("ClientKeyspace", clientDoor),
  }));
  const connect = `${scope.imports.value("connectService", clientDoor)}<Client>`;
  return {
    kind: "function",
    name: "createClient",
    isExported: true,
    parameters: [{ name: "options", type: scope.imports.type("ClientOptions", clientDoor) }],
    returns: "Client",
    body:
      keyspaces.length === 0 ? [`return ${connect}(options, {});`] : [`return ${connect}(options, {`, keyspaces, "});"],
    doc: "Opens no connection before the first call.",
  };
}

function keyspaceCode(keyspace: KeyspaceModel, scope: TypeScope): Code {
  const store = ownStore(keyspace);
  const value = store === undefined || keyspace.expose.length === 0 ? undefined : useDefinition(store.value, scope);
  const offered = keyspace.messages.filter((message) => message.route !== undefined);
  return [
    `name: ${stringLiteral(keyspace.name)},`,
    `path: ${stringLiteral(keyspace.path)},`,
    `key: ${useDefinition(keyspace.key, scope)},`,
    // Only where it is needed: the binary codec is a good part of a bundle.
    ...(isBinaryKey(keyspace.key, scope.entities)
      ? [
          `keyBytes: (key) => ${scope.imports.value("keyBytes", schemaDoor)}(${useDefinition(keyspace.key, scope)}, key),`,
        ]
      : []),
    ...(value === undefined ? [] : [`value: ${value},`]),
    ...members("messages", offered, (message) => ({
      code: messageCode(message, scope),
      type: () => scope.imports.type("ClientMessage", clientDoor),
    })),
  ];
}

function messageCode({ access, request, reply, route }: MessageModel, scope: TypeScope): Code {
  return [
    ...(request === undefined ? [] : [`request: ${useDefinition(request, scope)},`]),
    ...(reply === undefined ? [] : [`reply: ${useDefinition(reply, scope)},`]),
    `write: ${access === "write"},`,
    ...(route === undefined ? [] : [`route: ${literal({ method: route.method, path: route.path })},`]),
  ];
}
