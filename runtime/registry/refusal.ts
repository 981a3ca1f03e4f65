/** What a registry refuses, with the number by which clients of Confluent's interface know the reason. */
import { AffinityError, type ErrorCode, type ErrorFacts } from "../core/errors.js";

/** Confluent's error codes, and ours for each. Source: Confluent, "Schema Registry API Reference", errors. */
export const refusals = {
  40401: "SCHEMA_NOT_FOUND", // the subject
  40402: "SCHEMA_NOT_FOUND", // the version
  40403: "SCHEMA_NOT_FOUND", // the schema
  40404: "REGISTRY_REFUSED", // the subject was deleted already
  40405: "REGISTRY_REFUSED", // the subject is not deleted, so it cannot go for good
  40406: "REGISTRY_REFUSED", // the version was deleted already
  40407: "REGISTRY_REFUSED", // the version is not deleted, so it cannot go for good
  40408: "SCHEMA_NOT_FOUND", // the subject has no level of its own
  40409: "SCHEMA_NOT_FOUND", // the subject has no mode of its own
  409: "SCHEMA_INCOMPATIBLE",
  40901: "SCHEMA_INCOMPATIBLE",
  42201: "VALUE_INVALID", // no schema
  42202: "REGISTRY_REFUSED", // no version
  42203: "REGISTRY_REFUSED", // no compatibility level
  42204: "REGISTRY_REFUSED", // no mode
  42205: "REGISTRY_REFUSED", // the mode does not permit it
  42206: "REGISTRY_REFUSED", // another schema refers to it
  42207: "REGISTRY_REFUSED", // the id belongs to another schema
  42208: "REGISTRY_REFUSED", // no subject
  42209: "REGISTRY_REFUSED", // the schema is too large
  42210: "REGISTRY_REFUSED", // no rule set
  50001: "REGISTRY_UNAVAILABLE", // its store failed
  50002: "REGISTRY_UNAVAILABLE", // its store was too slow
  50003: "REGISTRY_UNAVAILABLE", // its leader could not be reached
  50004: "REGISTRY_UNAVAILABLE", // it has no leader
} as const satisfies Record<number, ErrorCode>;

export type RefusalNumber = keyof typeof refusals;

/** An error that knows its number in Confluent's interface. */
export class RegistryRefusal extends AffinityError {
  readonly number: RefusalNumber;

  constructor(number: RefusalNumber, detail: string, facts: ErrorFacts = {}) {
    super(refusals[number], detail, { applied: "no", ...facts });
    this.number = number;
  }
}

/** The number of an error, where it has one. */
export function refusalNumber(error: unknown): RefusalNumber | undefined {
  if (typeof error !== "object" || error === null || !("number" in error)) return undefined;
  const { number } = error;
  return typeof number === "number" && isRefusalNumber(number) ? number : undefined;
}

export function isRefusalNumber(number: number): number is RefusalNumber {
  return Object.hasOwn(refusals, number);
}
