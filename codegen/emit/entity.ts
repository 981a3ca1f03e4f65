/** Files of types: `entities/<namespace>/<Name>.ts`, one named type each, and `keyspaces/<keyspace>.ts`. */
import { exactText } from "../../runtime/schema/schema-document.js";
import type { DefaultValue, Field, Schema } from "../schema/model.js";
import type { EntityModel } from "../service/model.js";
import { referencesOf } from "../service/reach.js";
import { CodecEmitter, defaultName, symbolsName } from "./codec.js";
import { defaultHex } from "./default-bytes.js";
import { defaultJson, entitySchema } from "./definition.js";
import { docComment, paragraphs } from "./doc.js";
import type { CodeFile, Declaration, Member } from "./file.js";
import { ImportSet } from "./imports.js";
import { literal, memberName, stringLiteral } from "./literal.js";
import { type OutputStyle, schemaDoor } from "./modules.js";
import {
  avroWords,
  type Direction,
  entityOf,
  fixedText,
  importFrom,
  logicalWords,
  TypeAliases,
  type TypeScope,
  typeText,
} from "./type-text.js";

export interface EntityContext {
  readonly entities: ReadonlyMap<string, EntityModel>;
  readonly style: OutputStyle;
}

/** One file with the types of one module. */
export function emitEntities(module: string, types: readonly EntityModel[], context: EntityContext): CodeFile {
  const imports = new ImportSet(types.flatMap(declaredNames));
  const scope: TypeScope = { module, imports, ...context };
  return {
    kind: "code",
    path: `${module}.ts`,
    owner: "tool",
    sources: [...new Set(types.map((entity) => entity.type.at.file))],
    imports,
    declarations: types.flatMap((entity) => declarationsOf(entity, scope)),
  };
}

function declaredNames(entity: EntityModel): readonly string[] {
  return [entity.typeName, entity.inputName, entity.write, entity.read, entity.define];
}

function declarationsOf(entity: EntityModel, shared: TypeScope): Declaration[] {
  const aliases = new TypeAliases(entity.typeName);
  const scope: TypeScope = { ...shared, aliases };
  const codec = new CodecEmitter(entity, scope);
  const types = typeDeclarations(entity, scope);
  const functions = [...codec.writer(), ...codec.reader()];
  return [
    ...types,
    ...aliases.declarations(),
    ...constants(entity, scope),
    ...functions,
    defineFunction(entity, scope),
    entityConstant(entity, scope),
  ];
}

function typeDeclarations(entity: EntityModel, scope: TypeScope): Declaration[] {
  const { type, typeName, inputName, fullName } = entity;
  const hasInput = inputName !== typeName;
  switch (type.kind) {
    case "record": {
      const doc = paragraphs(type.doc, `Avro: ${type.isError ? "error" : "record"} ${fullName}.`);
      const read: Declaration = {
        kind: "interface",
        name: typeName,
        members: membersOf(type.fields, "read", scope),
        doc,
      };
      if (!hasInput) return [read];
      const inputDoc = `${fullName} as it may be written: fields with a default may be left out.`;
      return [
        read,
        { kind: "interface", name: inputName, members: membersOf(type.fields, "write", scope), doc: inputDoc },
      ];
    }
    case "enum": {
      const text = type.symbols.length === 0 ? "never" : type.symbols.map(stringLiteral).join(" | ");
      return [{ kind: "alias", name: typeName, type: text, doc: paragraphs(type.doc, `Avro: enum ${fullName}.`) }];
    }
    case "fixed": {
      const words = type.logical === undefined ? "" : `, ${logicalWords(type.logical)}`;
      const facts = `Avro: fixed ${fullName} of ${type.size} ${type.size === 1 ? "byte" : "bytes"}${words}.`;
      return [{ kind: "alias", name: typeName, type: fixedText(type), doc: paragraphs(type.doc, facts) }];
    }
    case "unnamed": {
      const alias = (name: string, direction: Direction, doc: string): Declaration => {
        return { kind: "alias", name, type: typeText(type.schema, direction, scope), doc };
      };
      const read = alias(typeName, "read", `Avro: ${avroWords(type.schema, scope.entities)}.`);
      if (!hasInput) return [read];
      return [
        read,
        alias(inputName, "write", `${typeName} as it may be written: fields with a default may be left out.`),
      ];
    }
  }
}

function membersOf(fields: readonly Field[], direction: Direction, scope: TypeScope): readonly Member[] {
  return fields.map((field): Member => {
    const isOptional = direction === "write" && field.default !== undefined;
    const type = typeText(field.type, direction, scope);
    const doc = direction === "read" ? fieldDoc(field, scope) : undefined;
    return {
      kind: "property",
      name: memberName(field.name),
      type: isOptional ? `${type} | undefined` : type,
      isOptional,
      ...(doc === undefined ? {} : { doc }),
    };
  });
}

/** Characters of a default beyond which its text is not repeated in a comment. */
const shownDefaultLimit = 60;

function fieldDoc(field: Field, scope: TypeScope): string {
  const words = avroWords(field.type, scope.entities);
  if (field.default === undefined) return docComment(field.doc, `Avro: ${words}.`);
  const text = defaultText(field.default, field.type, scope);
  return docComment(
    field.doc,
    `Avro: ${words}, ${text.length > shownDefaultLimit ? "with a default" : `default ${text}`}.`,
  );
}

/** A default as the schema's author wrote it, long integers with all their digits. */
function defaultText(value: DefaultValue, schema: Schema, scope: TypeScope): string {
  const json = defaultJson(value, schema, scope.entities);
  return typeof json === "string" ? literal(json) : exactText(json);
}

function constants(entity: EntityModel, scope: TypeScope): Declaration[] {
  const { type, typeName } = entity;
  if (type.kind === "enum") {
    const value = literal(type.symbols);
    return [{ kind: "constant", name: symbolsName(entity), isExported: false, type: `readonly ${typeName}[]`, value }];
  }
  if (type.kind !== "record") return [];
  return type.fields.flatMap((field) => {
    const hex = defaultHex(field, scope.entities);
    if (hex === undefined) return [];
    const value = `/*@__PURE__*/ ${scope.imports.value("fromHex", schemaDoor)}("${hex}")`;
    return [{ kind: "constant", name: defaultName(field), isExported: false, type: "globalThis.Uint8Array", value }];
  });
}

function defineFunction(entity: EntityModel, scope: TypeScope): Declaration {
  const uses = referencesOf(entity.type)
    .filter((fullName) => fullName !== entity.fullName)
    .map((fullName) => {
      const used = entityOf(fullName, scope);
      return importFrom(used, used.define, "value", scope);
    });
  const schema = literal(entitySchema(entity, scope.entities), 1, "    schema: ".length);
  const members = [
    `name: ${stringLiteral(entity.fullName)},`,
    `schema: ${schema},`,
    `uses: [${uses.join(", ")}],`,
    ...(scope.style.longs === "number" ? ['longs: "number",'] : []),
    ...(scope.style.timestamps === "bigint" ? ['timestamps: "bigint",'] : []),
  ];
  return {
    kind: "function",
    name: entity.define,
    isExported: true,
    parameters: [],
    returns: scope.imports.type("TypeDefinition", schemaDoor),
    body: ["return {", members, "};"],
    doc: `Definition of ${entity.fullName}, for JSON and keys.`,
  };
}

function entityConstant(entity: EntityModel, scope: TypeScope): Declaration {
  const { typeName, inputName, define, write, read, fullName } = entity;
  const parameters = inputName === typeName ? typeName : `${typeName}, ${inputName}`;
  const parts = [`define: ${define},`, `write: ${write},`, `read: ${read},`].map((line) => `  ${line}\n`);
  return {
    kind: "constant",
    name: typeName,
    isExported: true,
    type: `${scope.imports.type("EntityType", schemaDoor)}<${parameters}>`,
    value: `/*@__PURE__*/ ${scope.imports.value("entityType", schemaDoor)}({\n${parts.join("")}})`,
    doc: `Type ${fullName}: codecs, schema and fingerprint.`,
  };
}
