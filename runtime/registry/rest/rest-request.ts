/** A request of Confluent's interface, taken apart, and what its parts may be. */
import { type CompatibilityLevel, compatibilityLevels } from "../../schema/compatibility.js";
import { type RefusalNumber, RegistryRefusal } from "../refusal.js";
import type { SchemaReference } from "../registry.js";
import { type RegistryMode, registryModes } from "../registry-event.js";
import type { Content } from "../registry-state.js";

export interface RestRequest {
  /** What stands where the route has a parameter, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The body as JSON value; undefined where there is none. */
  readonly body: unknown;
}

/** Error of a request that is not what the interface takes; the number is its HTTP status, as Confluent's is. */
export class RestFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function subjectOf({ segments }: RestRequest): string {
  return segments[0] ?? "";
}

/** Whether a flag of the query is set. */
export function flag({ query }: RestRequest, name: string): boolean {
  return query.get(name)?.toLowerCase() === "true";
}

/** The part of a list that `offset` and `limit` ask for. */
export function page<T>({ query }: RestRequest, list: readonly T[]): readonly T[] {
  const offset = whole(query.get("offset")) ?? 0;
  const limit = whole(query.get("limit"));
  return list.slice(offset, limit === undefined ? undefined : offset + limit);
}

function whole(text: string | null): number | undefined {
  const number = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** The prefix of subjects that a list asks for; `:*:` is Confluent's word for every one. */
export function subjectPrefix({ query }: RestRequest): string {
  const prefix = query.get("subjectPrefix") ?? "";
  return prefix === ":*:" ? "" : prefix;
}

const highestVersion = 2_147_483_647;

/** `latest`, −1, or a number. @throws 42202 */
export function versionOf(text: string): number | "latest" {
  if (text === "latest" || text === "-1") return "latest";
  const version = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (version >= 1 && version <= highestVersion) return version;
  throw new RegistryRefusal(
    42202,
    `The specified version '${text.slice(0, 50)}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );
}

/** A schema's id in a path. @throws 404 as for a path that is none. */
export function idOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new RestFault(404, "HTTP 404 Not Found");
}

/** A schema as bodies bring it. */
export interface SchemaBody extends Content {
  readonly id?: number;
  readonly version?: number;
}

/** What nobody keeps here, and so nobody may believe to be kept. */
const unsupported = ["metadata", "ruleSet"] as const;

/** @throws 42201, 422 */
export function schemaBody({ body }: RestRequest): SchemaBody {
  const members = object(body);
  const { schema, schemaType, references, id, version } = members;
  if (typeof schema !== "string" || schema === "") throw new RegistryRefusal(42201, "Empty schema");
  if (schemaType !== undefined && schemaType !== null && schemaType !== "AVRO" && schemaType !== "")
    throw new RegistryRefusal(42201, `schemaType ${JSON.stringify(schemaType)}: this registry keeps AVRO only`);
  refuseUnsupported(members, unsupported);
  return {
    schema,
    references: referencesOf(references),
    ...optionalNumber("id", id),
    ...optionalNumber("version", version),
  };
}

/** @throws 422 for members that ask for what this registry does not do. */
function refuseUnsupported(members: { readonly [name: string]: unknown }, names: readonly string[]): void {
  for (const name of names) {
    const value = members[name];
    if (value !== undefined && value !== null) throw new RestFault(422, `${name}: this registry does not keep it`);
  }
}

function referencesOf(value: unknown): readonly SchemaReference[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RestFault(422, "references: must be a list");
  return value.map((item: unknown) => {
    const { name, subject, version } = object(item);
    const isWhole = typeof version === "number" && Number.isSafeInteger(version);
    if (typeof name !== "string" || typeof subject !== "string" || !isWhole)
      throw new RestFault(422, "references: each needs name, subject and version");
    return { name, subject, version };
  });
}

// 0 and −1 stand for none.
function optionalNumber<K extends "id" | "version">(name: K, value: unknown): { readonly [key in K]?: number } {
  if (value === undefined || value === null || value === 0 || value === -1) return {};
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1 || value > highestVersion)
    throw new RestFault(422, `${name}: must be a whole number from 1 to 2^31-1`);
  const found: { [key in K]?: number } = {};
  found[name] = value;
  return found;
}

const unsupportedConfig = [
  "alias",
  "compatibilityGroup",
  "compatibilityPolicy",
  "defaultMetadata",
  "overrideMetadata",
  "defaultRuleSet",
  "overrideRuleSet",
] as const;

/** @throws 42203, 422 */
export function levelBody({ body }: RestRequest): CompatibilityLevel {
  const members = object(body);
  refuseUnsupported(members, unsupportedConfig);
  return oneOf(members.compatibility ?? members.compatibilityLevel, compatibilityLevels, 42203, "compatibility level");
}

/** @throws 42204 */
export function modeBody({ body }: RestRequest): RegistryMode {
  return oneOf(object(body).mode, registryModes, 42204, "mode");
}

function oneOf<W extends string>(value: unknown, words: readonly W[], number: RefusalNumber, what: string): W {
  const word = typeof value === "string" ? value.toUpperCase() : value;
  const found = words.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  throw new RegistryRefusal(number, `Invalid ${what}. Valid values are ${words.join(", ")}`);
}

function object(value: unknown): { readonly [name: string]: unknown } {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new RestFault(422, "the body must be a JSON object");
}
