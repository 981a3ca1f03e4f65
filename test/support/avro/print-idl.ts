/** A schema's JSON as an IDL file that says the same, in the many ways that IDL has, by chance. */
import type { Chance } from "../chance.js";
import { isList, isObject, type Json, printLossless } from "./lossless-json.js";

type JsonObject = { readonly [member: string]: Json };

const primitives: readonly Json[] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
const logicalWords: { readonly [logical: string]: readonly [word: string, base: string] } = {
  date: ["date", "int"],
  "time-millis": ["time_ms", "int"],
  "timestamp-millis": ["timestamp_ms", "long"],
  "local-timestamp-millis": ["local_timestamp_ms", "long"],
  uuid: ["uuid", "string"],
};
/** Words that have to stand in backticks where a name is meant. */
const languageWords = ["default", "class", "value"];

/** @param schema whose root is a named type; every name in full or in the namespace around it. */
export function printIdl(schema: Json, chance: Chance): string {
  const printer = new IdlPrinter(chance);
  const root = printer.type(schema, "");
  const body = printer.definitions.join("\n");
  if (chance.happens(0.5)) return `@namespace("p.rotocol")\nprotocol P {\n${body}\n}\n`;
  return `// a comment\nschema ${root};\n${body}`;
}

class IdlPrinter {
  readonly definitions: string[] = [];
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  type(schema: Json, namespace: string): string {
    if (isList(schema)) return `union { ${schema.map((branch) => this.type(branch, namespace)).join(", ")} }`;
    if (!isObject(schema)) return this.#name(String(schema), namespace);
    const { type, items, values, ...others } = schema;
    if (type === "array") return `${annotations(others)}array<${this.type(items ?? null, namespace)}>`;
    if (type === "map") return `${annotations(others)}map<${this.type(values ?? null, namespace)}>`;
    if (primitives.includes(type ?? null)) return this.#primitive(String(type), others);
    return this.#define(schema, namespace);
  }

  #name(name: string, namespace: string): string {
    if (primitives.includes(name)) return name;
    return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
  }

  #primitive(type: string, others: JsonObject): string {
    const { logicalType, precision, scale, ...rest } = others;
    const [word, base] = (typeof logicalType === "string" ? logicalWords[logicalType] : undefined) ?? [];
    if (word !== undefined && base === type && this.#chance.happens(0.7)) return `${annotations(rest)}${word}`;
    if (logicalType === "decimal" && type === "bytes" && this.#chance.happens(0.7)) {
      return `${annotations(rest)}decimal(${precision}${scale === undefined ? "" : `, ${scale}`})`;
    }
    return `${annotations(others)}${type}`;
  }

  #define(schema: JsonObject, around: string): string {
    const { type, name, namespace, doc, fields, symbols, size, default: standard, ...others } = schema;
    const simple = String(name).slice(String(name).lastIndexOf(".") + 1);
    const own = typeof namespace === "string" ? namespace : around;
    const space = String(name).includes(".") ? String(name).slice(0, -simple.length - 1) : own;
    const place = this.definitions.length;
    this.definitions.push("");
    const head = `${comment(doc)}${annotations({ namespace: space, ...others })}${String(type)} ${simple}`;
    this.definitions[place] = `${head}${this.#body({ type, fields, symbols, size, standard }, space)}`;
    return `${space}.${simple}`;
  }

  #body(parts: { readonly [part: string]: Json | undefined }, space: string): string {
    const { type, fields, symbols, size, standard } = parts;
    if (type === "fixed") return `(${this.#chance.happens(0.2) ? `0x${Number(size).toString(16)}` : size});`;
    if (type === "enum") {
      const list = isList(symbols ?? null) ? (symbols as readonly Json[]) : [];
      return ` { ${list.join(", ")} }${standard === undefined ? "" : ` = ${String(standard)};`}`;
    }
    const list = isList(fields ?? null) ? (fields as readonly Json[]) : [];
    return ` {\n${list.map((field) => `  ${this.#field(field, space)}`).join("\n")}\n}`;
  }

  #field(field: Json, space: string): string {
    if (!isObject(field)) throw new Error("not a field");
    const { name, type = null, doc, default: standard, ...others } = field;
    const word =
      languageWords.includes(String(name)) && this.#chance.happens(0.5) ? `\`${String(name)}\`` : String(name);
    const value = standard === undefined ? "" : ` = ${printLossless(standard)}`;
    return `${comment(doc)}${this.#fieldType(type, standard, space)} ${annotations(others)}${word}${value};`;
  }

  /** An optional type where IDL's order of its branches is the schema's. */
  #fieldType(type: Json, standard: Json | undefined, space: string): string {
    const isPair = isList(type) && type.length === 2 && type.includes("null") && this.#chance.happens(0.7);
    if (!isPair || !isList(type)) return this.type(type, space);
    const isNullFirst = standard === undefined || standard === null;
    const other = type[isNullFirst ? 1 : 0] ?? null;
    const isCollection = isObject(other) && (other.type === "array" || other.type === "map");
    if (type[isNullFirst ? 0 : 1] !== "null" || isCollection) return this.type(type, space);
    return `${this.type(other, space)}?`;
  }
}

function comment(doc: Json | undefined): string {
  return typeof doc === "string" && !doc.includes("*/") ? `/** ${doc} */ ` : "";
}

function annotations(attributes: JsonObject): string {
  return Object.entries(attributes)
    .map(([name, value]) => `@${name}(${printLossless(value)}) `)
    .join("");
}
