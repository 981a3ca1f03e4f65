/** What happens to a registry. Its state is nothing but its events, in their order: see `registry-state.ts`. */
import { type CompatibilityLevel, compatibilityLevels } from "../schema/compatibility.js";
import type { SchemaReference } from "./registry.js";

/** What a subject takes: registrations; none; registrations that bring their own id and version. */
export const registryModes = ["READWRITE", "READONLY", "IMPORT"] as const;

export type RegistryMode = (typeof registryModes)[number];

/** A schema became a version of a subject. */
export interface Registered {
  readonly kind: "registered";
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  /** Where the id is new. */
  readonly schema?: string;
  readonly references?: readonly SchemaReference[];
}

/** Versions were deleted: hidden, or for good. */
export interface Deleted {
  readonly kind: "deleted";
  readonly subject: string;
  readonly versions: readonly number[];
  readonly isPermanent: boolean;
}

/** A level or a mode was set, or taken back: of a subject, or of the registry. */
export interface LevelSet {
  readonly kind: "level";
  readonly subject?: string;
  readonly level: CompatibilityLevel | null;
}

export interface ModeSet {
  readonly kind: "mode";
  readonly subject?: string;
  readonly mode: RegistryMode | null;
}

export type RegistryEvent = Registered | Deleted | LevelSet | ModeSet;

/** The events of one append, from their JSON text; undefined for what is none. */
export function eventsFrom(text: string): readonly RegistryEvent[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(list) && list.every(isEvent) ? list : undefined;
}

/** The JSON text of the events of one append. */
export function eventsText(events: readonly RegistryEvent[]): string {
  return JSON.stringify(events);
}

function isEvent(value: unknown): value is RegistryEvent {
  const subject = member(value, "subject");
  switch (member(value, "kind")) {
    case "registered":
      return (
        typeof subject === "string" &&
        isCount(member(value, "version")) &&
        isCount(member(value, "id")) &&
        isTextOrNothing(member(value, "schema")) &&
        isReferences(member(value, "references"))
      );
    case "deleted": {
      const versions = member(value, "versions");
      const isList = Array.isArray(versions) && versions.every(isCount);
      return typeof subject === "string" && isList && typeof member(value, "isPermanent") === "boolean";
    }
    case "level":
      return isTextOrNothing(subject) && isOneOf(member(value, "level"), compatibilityLevels);
    case "mode":
      return isTextOrNothing(subject) && isOneOf(member(value, "mode"), registryModes);
    default:
      return false;
  }
}

function isReferences(value: unknown): boolean {
  if (value === undefined) return true;
  return (
    Array.isArray(value) &&
    value.every(
      (reference) =>
        typeof member(reference, "name") === "string" &&
        typeof member(reference, "subject") === "string" &&
        isCount(member(reference, "version")),
    )
  );
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return value === null || words.some((word) => word === value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
