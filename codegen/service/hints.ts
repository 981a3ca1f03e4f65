/** What schemas and configuration say to the generator beyond Avro: the attribute `affinity`, and `generate.typeNames`. */

import { nearest } from "../../runtime/core/nearest.js";
import type { ExactJson } from "../../runtime/schema/type.js";
import type { Diagnostic, SourceRef } from "../diagnostics.js";
import { excerpt, listed, quoted } from "../diagnostics-text.js";
import type { NamedType, SchemaModel } from "../schema/model.js";
import { isReservedWord } from "./names.js";

export interface Hints {
  /** TypeScript names by full Avro name, where one was asked for. */
  readonly names: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

type HintCode = "AFFINITY_ATTRIBUTE" | "AFFINITY_TYPE_NAME" | "NOT_YET";

/** What the attribute may say, of a type and of a field. Those without a runtime are NOT_YET. */
const typeMembers = ["name"];
const fieldMembers = ["eventTime", "index"];

/**
 * @param typeNames entries of `generate.typeNames`, `bank.Account=AccountRecord`; they count before what schemas say, which
 * one may not be able to edit.
 */
export function readHints(schemas: SchemaModel, typeNames: readonly string[] = []): Hints {
  const reading = new HintReading();
  for (const type of schemas.types.values()) reading.type(type);
  for (const entry of typeNames) reading.entry(entry, schemas);
  reading.checkMeetings(schemas);
  return reading;
}

class HintReading implements Hints {
  readonly names = new Map<string, string>();
  readonly diagnostics: Diagnostic[] = [];

  type(type: NamedType): void {
    const owner = excerpt(type.fullName);
    const said = this.#members(type.attributes.affinity, type.at, owner, typeMembers);
    if (said.name !== undefined) this.#name(type.fullName, said.name, type.at, `"affinity" of ${owner}`);
    if (type.kind !== "record") return;
    for (const field of type.fields) {
      const name = `field ${excerpt(field.name)} of ${owner}`;
      const asked = this.#members(field.attributes.affinity, field.at, name, fieldMembers);
      for (const member of Object.keys(asked)) {
        this.#fault("NOT_YET", field.at, `${quoted(member)} in "affinity" of ${name} has no runtime yet`, "Remove it.");
      }
    }
  }

  entry(entry: string, schemas: SchemaModel): void {
    const [fullName = "", name = ""] = entry.split("=");
    const at = { file: "affinity.json", pointer: "/generate/typeNames", line: 1, column: 1, length: 1 };
    if (schemas.types.has(fullName)) {
      this.#name(fullName, name, at, "generate.typeNames");
      return;
    }
    const near = nearest(fullName, [...schemas.types.keys()]);
    const text = `generate.typeNames names ${quoted(fullName)}, which no schema defines`;
    this.#fault("AFFINITY_TYPE_NAME", at, text, near && `Did you mean ${quoted(near)}?`);
  }

  /** A name that was asked for is given as it is, so that it may not be another type's of the namespace. */
  checkMeetings(schemas: SchemaModel): void {
    if (this.names.size === 0) return;
    const taken = new Map<string, NamedType>();
    for (const type of schemas.types.values()) {
      const name = this.names.get(type.fullName) ?? type.name;
      const key = `${type.namespace}.${name.toLowerCase()}`;
      const other = taken.get(key);
      taken.set(key, type);
      if (other === undefined || !(this.names.has(type.fullName) || this.names.has(other.fullName))) continue;
      const text = `${excerpt(type.fullName)} and ${excerpt(other.fullName)} would both be ${quoted(name)} in TypeScript`;
      this.#fault("AFFINITY_TYPE_NAME", type.at, text, "Names of one namespace differ in more than case.");
    }
  }

  #name(fullName: string, name: ExactJson, at: SourceRef, where: string): void {
    const isName = typeof name === "string" && /^[A-Za-z_$][\w$]{0,99}$/.test(name);
    if (isName && !isReservedWord(name)) this.names.set(fullName, name);
    else {
      const found = typeof name === "string" ? quoted(name) : "no text";
      this.#fault("AFFINITY_TYPE_NAME", at, `the name that ${where} gives is ${found}; expected a name of TypeScript`);
    }
  }

  /** The members of the attribute, unknown ones told. */
  #members(
    attribute: ExactJson | undefined,
    at: SourceRef,
    owner: string,
    known: readonly string[],
  ): { readonly [member: string]: ExactJson } {
    if (attribute === undefined) return {};
    if (typeof attribute !== "object" || attribute === null || Array.isArray(attribute)) {
      this.#fault("AFFINITY_ATTRIBUTE", at, `"affinity" of ${owner} is no object; expected one with ${listed(known)}`);
      return {};
    }
    const entries = Object.entries(attribute);
    for (const [member] of entries) {
      if (known.includes(member)) continue;
      const near = nearest(member, known);
      const text = `"affinity" of ${owner} has ${quoted(member)}; expected ${listed(known)}`;
      this.#fault("AFFINITY_ATTRIBUTE", at, text, near && `Did you mean ${quoted(near)}?`);
    }
    return Object.fromEntries(entries.filter(([member]) => known.includes(member)));
  }

  #fault(code: HintCode, at: SourceRef, text: string, suggestion?: string): void {
    this.diagnostics.push({ at, code, text, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}
