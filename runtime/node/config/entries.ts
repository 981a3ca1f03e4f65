/** What affinity.json says, setting by setting: unknown fields are found, environment variables put in. */

import { nearest } from "../../core/nearest.js";
import type { JsonValue } from "../../schema/type.js";
import { type AdapterSection, adapterChoice, adapterTypes, isAdapterSection } from "./adapters.js";
import { type Environment, expand } from "./environment.js";
import type { Place } from "./finding.js";
import { allSettings } from "./settings.js";
import type { Finding, SourceMember, SourceNode } from "./source.js";

/** A setting that the file gives. */
export interface Entry {
  readonly value: JsonValue;
  readonly at: Place;
  /** Places of a list's items. */
  readonly items: readonly Place[];
  /** Environment variables whose values are part of it. */
  readonly variables: readonly string[];
  /** Whether its text held a placeholder: where a number belongs, its digits are one. */
  readonly isFilled: boolean;
}

/** What is noted while a value is read. */
interface Filling {
  readonly variables: string[];
  isFilled: boolean;
}

const settingPaths: ReadonlySet<string> = new Set(allSettings.map(({ path }) => path));
const sectionPaths: ReadonlySet<string> = new Set(allSettings.flatMap(({ path }) => ancestors(path)));

function ancestors(path: string): string[] {
  const words = path.split(".");
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join("."));
}

/** What is ours to read whatever adapter the user brings; the other members of its section are the adapter's. */
const common: ReadonlySet<string> = new Set([
  ...Object.keys(adapterTypes).map((section) => `${section}.type`),
  "registry.autoRegister",
]);

/** Takes the file apart; what it finds wrong gathers in `findings`. */
export class EntryReader {
  /** By path, `http.port`. */
  readonly given = new Map<string, Entry>();
  /** Members of the sections whose adapter the user brings, `type` excepted. */
  readonly options = new Map<AdapterSection, Record<string, JsonValue>>();
  readonly findings: Finding[] = [];
  readonly #root: string;
  readonly #environment: Environment;

  constructor(root: string, environment: Environment) {
    this.#root = root;
    this.#environment = environment;
  }

  read(file: SourceNode): void {
    if (file.kind === "object") this.#section("", file.members);
    else this.#invalid(file.at, "affinity.json: must be an object", "The least is {}.");
  }

  #section(path: string, members: readonly SourceMember[]): void {
    const choice = isAdapterSection(path) ? this.#adapter(path, members) : "ready";
    for (const { name, at, value } of members) {
      const full = path === "" ? name : `${path}.${name}`;
      if (full === "$schema") continue;
      if (choice === "module" && isAdapterSection(path) && !common.has(full)) this.#option(path, name, value);
      else if (settingPaths.has(full)) this.#entry(full, value);
      else if (choice === "later" || choice === "unknown") continue;
      else if (!sectionPaths.has(full)) this.#unknown(path, name, at);
      else if (value.kind === "object") this.#section(full, value.members);
      else this.#invalid(value.at, `${full}: is a section; an object would be right`);
    }
  }

  /** Says what the section's `type` stands for, and complains where it stands for nothing that runs. */
  #adapter(section: AdapterSection, members: readonly SourceMember[]): ReturnType<typeof adapterChoice> {
    const node = members.find(({ name }) => name === "type")?.value;
    if (node === undefined) return "ready";
    const type = this.#value(`${section}.type`, node);
    if (typeof type !== "string") return "unknown";
    const choice = adapterChoice(section, type, this.#root);
    const known: readonly string[] = adapterTypes[section].ready;
    const words = known.map((word) => JSON.stringify(word)).join(", ");
    if (choice === "later")
      this.findings.push({
        at: node.at,
        code: "NOT_YET",
        text: `${section}.type: ${JSON.stringify(type)} has no runtime yet; what runs is ${words} or an adapter of your own`,
      });
    if (choice === "unknown") {
      const near = nearest(type, known);
      this.#invalid(
        node.at,
        `${section}.type: ${found(node, type)} is neither a known type nor a file nor an installed package; known are ${words}`,
        near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`,
      );
    }
    return choice;
  }

  #entry(path: string, node: SourceNode): void {
    const filling: Filling = { variables: [], isFilled: false };
    const value = this.#value(path, node, filling);
    if (value === undefined) return;
    const items = node.kind === "array" ? node.items.map(({ at }) => at) : [];
    this.given.set(path, { value, at: node.at, items, ...filling });
  }

  #option(section: AdapterSection, name: string, node: SourceNode): void {
    const value = this.#value(`${section}.${name}`, node);
    const options = this.options.get(section) ?? {};
    if (value !== undefined) Object.defineProperty(options, name, { value, enumerable: true });
    this.options.set(section, options);
  }

  /** The node's value with variables put in; undefined, and a finding, where one is missing. */
  #value(path: string, node: SourceNode, filling: Filling = { variables: [], isFilled: false }): JsonValue | undefined {
    if (node.kind === "array") {
      const items = node.items.map((item, index) => this.#value(`${path}[${index}]`, item, filling));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    if (node.kind === "object") {
      const members: (readonly [string, JsonValue])[] = [];
      for (const { name, value } of node.members) {
        const expanded = this.#value(`${path}.${name}`, value, filling);
        if (expanded !== undefined) members.push([name, expanded]);
      }
      return members.length === node.members.length ? Object.fromEntries(members) : undefined;
    }
    if (typeof node.value !== "string") return node.value;
    const expansion = expand(node.value, this.#environment);
    if (!expansion.ok) {
      if (!this.findings.some(({ at }) => at === node.at))
        this.#invalid(node.at, `${path}: ${expansion.fault}`, expansion.cure);
      return undefined;
    }
    filling.variables.push(...expansion.variables);
    filling.isFilled ||= expansion.isFilled;
    return expansion.text;
  }

  #unknown(section: string, name: string, at: Place): void {
    if (section === "" && name === "node") {
      this.findings.push({
        at,
        code: "NOT_YET",
        text: "node: several nodes have no runtime yet; leave the section out",
      });
      return;
    }
    const inside = section === "" ? "" : `${section}.`;
    const here = [...settingPaths, ...sectionPaths].filter(
      (path) => path.startsWith(inside) && !path.slice(inside.length).includes("."),
    );
    const near = nearest(
      name,
      here.map((path) => path.slice(inside.length)),
    );
    const elsewhere = [...settingPaths].find((path) => path.endsWith(`.${name}`));
    const meant = near === undefined ? elsewhere : `${inside}${near}`;
    this.#invalid(
      at,
      `${inside}${name}: is not a setting`,
      meant === undefined ? "See `affinity config --doc` for every setting." : `Did you mean ${meant}?`,
    );
  }

  #invalid(at: Place, text: string, suggestion?: string): void {
    this.findings.push({ at, code: "CONFIG_INVALID", text, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

// What came out of an environment variable may be a secret and is not shown: what was written is.
function found(node: SourceNode, value: JsonValue): string {
  return JSON.stringify(node.kind === "scalar" ? node.value : value);
}
