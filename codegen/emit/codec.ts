/**
 * Static codecs: hoisted functions that write and read one type. Records call the runtime once a field; arrays and maps hand
 * their items' functions to helpers of the runtime; unions are functions of their own.
 */
import type { Field, RecordType, Schema } from "../schema/model.js";
import type { EntityModel } from "../service/model.js";
import { isObjectMember } from "../service/names.js";
import type { Code, Declaration } from "./file.js";
import { literalName, memberOf, stringLiteral } from "./literal.js";
import { schemaDoor } from "./modules.js";
import { fixedCodec, type PrimitiveCodec, primitiveCodec } from "./primitives.js";
import type { SchemaDoorName } from "./runtime-names.js";
import {
  type Branch,
  entityOf,
  importFrom,
  type TypeScope,
  typeText,
  type UnionShape,
  unionShape,
} from "./type-text.js";

/** Characters of a path within a type that names of functions spell out. */
const pathLimit = 100;

/** Emits the functions of one type into one file. */
export class CodecEmitter {
  readonly #entity: EntityModel;
  readonly #scope: TypeScope;
  /** Functions for parts of the type, in the order in which they were first needed. */
  readonly #parts: Declaration[] = [];
  #shortened = 0;

  constructor(entity: EntityModel, scope: TypeScope) {
    this.#entity = entity;
    this.#scope = scope;
  }

  /** The exported writer and the functions for its parts. */
  writer(): Declaration[] {
    const { fullName, inputName, write, type } = this.#entity;
    const body = type.kind === "record" ? this.#writeRecord(type) : this.#writeWhole(type);
    return [
      this.#writeFunction(write, inputName, body, `Appends the Avro binary of ${fullName}.`),
      ...this.#parts.splice(0),
    ];
  }

  /** The exported reader and the functions for its parts. */
  reader(): Declaration[] {
    const { fullName, typeName, read, type } = this.#entity;
    const body = type.kind === "record" ? this.#readRecord(type) : this.#readWhole(type);
    return [this.#readFunction(read, typeName, body, `Reads one ${fullName}.`), ...this.#parts.splice(0)];
  }

  #writeWhole(type: Exclude<EntityModel["type"], RecordType>): Code {
    if (type.kind === "enum") return [`${this.#door("writeEnum")}(out, value, ${symbolsName(this.#entity)});`];
    if (type.kind === "fixed") return [this.#writeCall(fixedCodec(type.size, type.logical), "value")];
    return this.#writeBody(type.schema, `${this.#entity.write}$value`);
  }

  #writeRecord(type: RecordType): Code {
    const fields = type.fields.flatMap((field) => this.#writeField(field));
    // Where every field may be left out, anything at all would pass for the record.
    const isAnything = type.fields.every((field) => field.default !== undefined);
    const body = isAnything ? [`${this.#door("checkRecord")}(value);`, ...fields] : fields;
    return this.#entity.isRecursive ? ["out.enter();", ...body, "out.leave();"] : body;
  }

  #writeField(field: Field): Code {
    const value = memberOf("value", field.name);
    const written = this.#write(field.type, value, `${this.#entity.write}$${field.name}`);
    // Every object has a member of such a name, so that only an own one counts.
    const own = isObjectMember(field.name)
      ? `globalThis.Object.hasOwn(value, ${stringLiteral(field.name)})`
      : undefined;
    if (field.default !== undefined) {
      const isMissing = own === undefined ? `${value} === undefined` : `!${own} || ${value} === undefined`;
      return [`if (${isMissing}) out.raw(${defaultName(field)});`, `else ${written}`];
    }
    return own === undefined
      ? [written]
      : [`if (!${own}) ${this.#door("missingField")}(${stringLiteral(field.name)});`, written];
  }

  /** A statement that writes `value`; `name` is what a function of its own would be called. */
  #write(schema: Schema, value: string, name: string): string {
    switch (schema.kind) {
      case "primitive":
        return this.#writeCall(primitiveCodec(schema.name, schema.logical, this.#scope.style), value);
      case "array":
        return `${this.#door("writeArray")}(out, ${value}, ${this.#writerOf(schema.items, `${name}$item`)});`;
      case "map":
        return `${this.#door("writeMap")}(out, ${value}, ${this.#writerOf(schema.values, `${name}$value`)});`;
      default:
        return `${this.#writerOf(schema, name)}(out, ${value});`;
    }
  }

  /** The function that writes a schema: a named type's own, or a new one. */
  #writerOf(schema: Schema, path: string): string {
    if (schema.kind === "reference") return this.#named(schema.fullName, "write");
    const name = this.#shortName(path, this.#entity.write);
    const parts = this.#parts.length;
    const body = this.#writeBody(schema, name);
    this.#parts.splice(parts, 0, this.#writeFunction(name, typeText(schema, "write", this.#scope), body));
    return name;
  }

  #writeBody(schema: Schema, name: string): Code {
    if (schema.kind !== "union") return [this.#write(schema, "value", name)];
    const union = unionShape(schema.branches);
    const written = union.form === "plain" ? this.#writePlain(union, name) : this.#writeTagged(union, name);
    if (union.nullIndex === undefined) return written;
    const ofNull = `out.index(${union.nullIndex});`;
    return written.length === 0
      ? ["out.null(value);", ofNull]
      : [`if (value === null) ${ofNull}`, "else {", written, "}"];
  }

  #writePlain(union: UnionShape, name: string): Code {
    const [branch] = union.branches;
    if (branch !== undefined)
      return [`out.index(${branch.index});`, this.#write(branch.schema, "value", partName(name, branch))];
    return union.nullIndex === undefined ? [`${this.#door("noBranch")}(value);`] : [];
  }

  #writeTagged(union: UnionShape, name: string): Code {
    const chain = union.branches.flatMap((branch, place): Code => {
      const { index, schema, tag } = branch;
      const isOne = isObjectMember(tag) ? `${this.#tagGuard(branch, name)}(value)` : `${stringLiteral(tag)} in value`;
      const written = this.#write(schema, memberOf("value", tag), partName(name, branch));
      return [`${place === 0 ? "" : "} else "}if (${isOne}) {`, [`out.index(${index});`, written]];
    });
    return [`${this.#door("checkTag")}(value);`, ...chain, `} else ${this.#door("noBranch")}(value);`];
  }

  /** A tag that every object has as an inherited member is told by a function, since `in` finds the inherited one too. */
  #tagGuard(branch: Branch, name: string): string {
    const guard = `${partName(name, branch)}$is`;
    const type = `{ readonly ${stringLiteral(branch.tag)}: ${typeText(branch.schema, "write", this.#scope)} }`;
    const body = [`return globalThis.Object.hasOwn(value, ${stringLiteral(branch.tag)});`];
    this.#parts.push(functionOf(guard, [{ name: "value", type: "object" }], `value is ${type}`, body));
    return guard;
  }

  #readWhole(type: Exclude<EntityModel["type"], RecordType>): Code {
    if (type.kind === "enum") return [`return ${this.#door("readEnum")}(input, ${symbolsName(this.#entity)});`];
    if (type.kind === "fixed") return [`return ${this.#readCall(fixedCodec(type.size, type.logical))};`];
    return this.#readBody(type.schema, `${this.#entity.read}$value`);
  }

  #readRecord(type: RecordType): Code {
    const { read, typeName, isRecursive } = this.#entity;
    const fields = type.fields.map(
      (field) => `${literalName(field.name)}: ${this.#read(field.type, `${read}$${field.name}`)},`,
    );
    const object = (front: string): Code => (fields.length === 0 ? [`${front}{};`] : [`${front}{`, fields, "};"]);
    if (!isRecursive) return object("return ");
    return ["input.enter();", ...object(`const value: ${typeName} = `), "input.leave();", "return value;"];
  }

  /** An expression that reads a schema. */
  #read(schema: Schema, name: string): string {
    switch (schema.kind) {
      case "primitive":
        return this.#readCall(primitiveCodec(schema.name, schema.logical, this.#scope.style));
      case "array":
        return `${this.#door("readArray")}(input, ${this.#readerOf(schema.items, `${name}$item`)})`;
      case "map":
        return `${this.#door("readMap")}(input, ${this.#readerOf(schema.values, `${name}$value`)})`;
      default:
        return `${this.#readerOf(schema, name)}(input)`;
    }
  }

  /** The function that reads a schema: a named type's own, or a new one. */
  #readerOf(schema: Schema, path: string): string {
    if (schema.kind === "reference") return this.#named(schema.fullName, "read");
    const name = this.#shortName(path, this.#entity.read);
    const parts = this.#parts.length;
    const body = this.#readBody(schema, name);
    this.#parts.splice(parts, 0, this.#readFunction(name, typeText(schema, "read", this.#scope), body));
    return name;
  }

  #readBody(schema: Schema, name: string): Code {
    if (schema.kind !== "union") return [`return ${this.#read(schema, name)};`];
    const union = unionShape(schema.branches);
    const cases = union.branches.map((branch) => {
      const value = this.#read(branch.schema, partName(name, branch));
      return {
        index: branch.index,
        value: union.form === "plain" ? value : `{ ${literalName(branch.tag)}: ${value} }`,
      };
    });
    if (union.nullIndex !== undefined) cases.splice(union.nullIndex, 0, { index: union.nullIndex, value: "null" });
    const last = cases.pop();
    if (last === undefined) return ["input.index(0);", `return ${this.#door("noBranch")}(undefined);`];
    if (cases.length === 0) return ["input.index(1);", `return ${last.value};`];
    return [
      `switch (input.index(${union.count})) {`,
      [
        ...cases.flatMap(({ index, value }): Code => [`case ${index}:`, [`return ${value};`]]),
        "default:",
        [`return ${last.value};`],
      ],
      "}",
    ];
  }

  /** Names of parts say where they are; those far inside get a number, so that names do not outgrow the code. */
  #shortName(path: string, root: string): string {
    if (path.length <= root.length + pathLimit) return path;
    this.#shortened += 1;
    return `${root}$$${this.#shortened}`;
  }

  #writeFunction(name: string, type: string, body: Code, doc?: string): Declaration {
    const out = { name: parameterName("out", body), type: this.#scope.imports.type("Writer", schemaDoor) };
    return functionOf(name, [out, { name: "value", type }], "void", body, doc);
  }

  #readFunction(name: string, type: string, body: Code, doc?: string): Declaration {
    const input = { name: parameterName("input", body), type: this.#scope.imports.type("Reader", schemaDoor) };
    return functionOf(name, [input], type, body, doc);
  }

  #writeCall(codec: PrimitiveCodec, value: string): string {
    const args = [value, ...codec.args].join(", ");
    return codec.call === "method" ? `out.${codec.name}(${args});` : `${this.#door(codec.write)}(out, ${args});`;
  }

  #readCall(codec: PrimitiveCodec): string {
    if (codec.call === "method") return `input.${codec.name}(${codec.args.join(", ")})`;
    return `${this.#door(codec.read)}(${["input", ...codec.args].join(", ")})`;
  }

  /** A named type's function, imported where it is another file's. */
  #named(fullName: string, which: "write" | "read"): string {
    const entity = entityOf(fullName, this.#scope);
    return importFrom(entity, entity[which], "value", this.#scope);
  }

  #door(name: SchemaDoorName): string {
    return this.#scope.imports.value(name, schemaDoor);
  }
}

const parameters = { out: /\bout\b/, input: /\binput\b/ };

/** A parameter that the body does not use, as of records without fields, starts with `_`: compilers may be told to ask. */
function parameterName(name: keyof typeof parameters, body: Code): string {
  return isUsed(parameters[name], body) ? name : `_${name}`;
}

function isUsed(pattern: RegExp, code: Code): boolean {
  return code.some((line) => (typeof line === "string" ? pattern.test(line) : isUsed(pattern, line)));
}

/** Name of the constant that holds a field's default as Avro binary. */
export function defaultName(field: Field): string {
  return `default$${field.name}`;
}

/** Name of the constant that holds an enum's symbols. */
export function symbolsName(entity: EntityModel): string {
  return `symbols$${entity.typeName}`;
}

/** Name for a union's branch: its index tells it from all others, whatever the branches are called. */
function partName(name: string, branch: Branch): string {
  return `${name}$${branch.index}`;
}

function functionOf(
  name: string,
  parameters: Extract<Declaration, { kind: "function" }>["parameters"],
  returns: string,
  body: Code,
  doc?: string,
): Declaration {
  return {
    kind: "function",
    name,
    isExported: doc !== undefined,
    parameters,
    returns,
    body,
    ...(doc === undefined ? {} : { doc }),
  };
}
