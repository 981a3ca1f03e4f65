/** Reads members of one file's objects and collects what is wrong with them. */

import { nearest } from "../../runtime/core/nearest.js";
import type { Diagnostic, SourceRef } from "../diagnostics.js";
import { listed, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonMember, type JsonNode, type JsonObject, type JsonString } from "../json-node.js";
import type { DefinitionCode } from "./codes.js";
import { faultLimit } from "./limits.js";

/** A member that a definition may have; `not-yet`: one without a runtime so far. */
export type MemberRules = { readonly [name: string]: "required" | "optional" | "not-yet" };

export class Findings {
  readonly diagnostics: Diagnostic[] = [];

  /** Reports a fault; gives undefined, for `return findings.fault(…)`. Beyond the limit there is one last line. */
  fault(code: DefinitionCode, at: SourceRef, text: string, suggestion?: string): undefined {
    if (this.diagnostics.length === faultLimit) {
      this.diagnostics.push({ at, code, text: `there are more faults from here on; ${faultLimit} are told` });
    }
    if (this.diagnostics.length > faultLimit) return;
    this.diagnostics.push({ at, code, text, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  }

  notYet(at: SourceRef, what: string): undefined {
    return this.fault("NOT_YET", at, `${what} has no runtime yet`, "Leave it out until a later version offers it.");
  }

  /**
   * Reports members that are unknown, missing, or not offered yet. `owner` names the object in texts: `keyspace accounts`.
   * @param elsewhere Members that people look for here, and the sentence that says where they belong.
   */
  members(
    object: JsonObject,
    owner: string,
    rules: MemberRules,
    elsewhere: { readonly [name: string]: string } = {},
  ): void {
    const names = Object.keys(rules);
    for (const { name, nameAt, value } of object.members) {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      if (rule === "not-yet" && !asksForNothing(value)) this.notYet(nameAt, `${quoted(name)} of ${owner}`);
      if (rule !== undefined) continue;
      const near = nearest(name, names);
      const cure = Object.hasOwn(elsewhere, name) ? elsewhere[name] : near && `Did you mean ${quoted(near)}?`;
      this.fault(
        "DEFINITION_MEMBER_UNKNOWN",
        nameAt,
        `${owner} has ${quoted(name)}; it may have ${listed(names, "and")}`,
        cure,
      );
    }
    for (const name of names) {
      if (rules[name] !== "required" || object.get(name) !== undefined) continue;
      this.fault("DEFINITION_MEMBER_MISSING", object.at, `${owner} has no ${quoted(name)}`);
    }
  }

  /** A member that must be a text if it is there. */
  text(object: JsonObject, name: string, owner: string): JsonString | undefined {
    const node = object.get(name);
    if (node === undefined || node.kind === "string") return node;
    return this.wrongKind(node, `${quoted(name)} of ${owner}`, "a text");
  }

  /** A member that must be an object if it is there. */
  object(object: JsonObject, name: string, owner: string): JsonObject | undefined {
    const node = object.get(name);
    if (node === undefined || node.kind === "object") return node;
    return this.wrongKind(node, `${quoted(name)} of ${owner}`, "an object");
  }

  /** The members of a member that must be an object if it is there; of too many none. */
  entries(object: JsonObject, name: string, owner: string, limit: number): readonly JsonMember[] {
    const members = this.object(object, name, owner)?.members ?? [];
    if (members.length <= limit) return members;
    const at = object.get(name)?.at ?? object.at;
    this.fault(
      "DEFINITION_RANGE",
      at,
      `${quoted(name)} of ${owner} has ${members.length} members; at most ${limit} are allowed`,
    );
    return [];
  }

  /** The texts of a member that must be an array of them if it is there. */
  texts(object: JsonObject, name: string, owner: string): readonly JsonString[] {
    const node = object.get(name);
    if (node === undefined) return [];
    if (node.kind !== "array") {
      this.wrongKind(node, `${quoted(name)} of ${owner}`, "an array of texts");
      return [];
    }
    return node.items.filter((item): item is JsonString => {
      if (item.kind !== "string") this.wrongKind(item, `an item of ${quoted(name)} of ${owner}`, "a text");
      return item.kind === "string";
    });
  }

  /** A member that must be true or false if it is there. */
  flag(object: JsonObject, name: string, owner: string): boolean | undefined {
    const node = object.get(name);
    if (node === undefined || node.kind === "boolean") return node?.value;
    return this.wrongKind(node, `${quoted(name)} of ${owner}`, "true or false");
  }

  /** A member that must be one of some words if it is there. */
  word<W extends string>(object: JsonObject, name: string, owner: string, words: readonly W[]): W | undefined {
    const node = this.text(object, name, owner);
    return node && this.wordOf(node, `${quoted(name)} of ${owner}`, words);
  }

  wordOf<W extends string>(node: JsonString, what: string, words: readonly W[]): W | undefined {
    const found = words.find((word) => word === node.value);
    if (found !== undefined) return found;
    const near = nearest(node.value, words);
    const text = `${what} is ${quoted(node.value)}; expected ${listed(words)}`;
    return this.fault("DEFINITION_VALUE", node.at, text, near && `Did you mean ${quoted(near)}?`);
  }

  /** A member that must be a whole number within a range if it is there. */
  integer(
    object: JsonObject,
    name: string,
    owner: string,
    [least, most]: readonly [number, number],
  ): number | undefined {
    const node = object.get(name);
    if (node === undefined) return undefined;
    const what = `${quoted(name)} of ${owner}`;
    if (node.kind !== "number" || node.integer === undefined) return this.wrongKind(node, what, "a whole number");
    if (node.integer >= BigInt(least) && node.integer <= BigInt(most)) return Number(node.integer);
    return this.fault("DEFINITION_RANGE", node.at, `${what} is ${describeJson(node)}; it may be ${least} to ${most}`);
  }

  wrongKind(node: JsonNode, what: string, expected: string): undefined {
    return this.fault("DEFINITION_VALUE", node.at, `${what} is ${describeJson(node)}; expected ${expected}`);
  }
}

/** Members like `"events": []` and `"indexes": {}` ask for nothing. */
function asksForNothing(node: JsonNode): boolean {
  if (node.kind === "boolean") return !node.value;
  if (node.kind === "array") return node.items.length === 0;
  if (node.kind === "object") return node.members.length === 0;
  return false;
}
