/**
 * Compatibility of a new schema with earlier ones of its subject, as schema registries enforce it. Pure, on schema texts.
 *
 * Source: Confluent, "Schema Evolution and Compatibility".
 */
import { cureOf, type Incompatibility, type NewSide } from "./incompatibility.js";
import { Matching } from "./matching.js";
import { definedBy } from "./raw-schema.js";
import type { TypeSource } from "./type.js";
import { nodeOf } from "./type-node.js";

export const compatibilityLevels = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

/** `BACKWARD`: the new schema reads what the last one wrote; `FORWARD`: the last one reads what the new one writes. */
export type CompatibilityLevel = (typeof compatibilityLevels)[number];

/** A reason against a new schema. */
export interface CompatibilityFault extends Incompatibility {
  /** Index of the earlier schema that it does not fit, in the list that was given. */
  readonly earlier: number;
  /** Which side the new schema is: a reader that cannot read the earlier one's data, or a writer that it cannot read. */
  readonly newSide: NewSide;
  /** What to do, as a whole sentence. */
  readonly cure: string;
}

/** Why not every value of a writer's schema can be read with a reader's; empty when each can. */
export function incompatibilities(writer: TypeSource, reader: TypeSource): readonly Incompatibility[] {
  return new Matching().reasons(nodeOf(writer), nodeOf(reader));
}

/**
 * What a level has against a new schema; empty when it may be registered.
 *
 * @param schema JSON text of the new schema.
 * @param earlier Texts of the subject's versions, oldest first. Levels that are not transitive look at the last one alone.
 * @throws VALUE_INVALID with a pointer for a text that is no JSON or no schema.
 */
export function compatibilityFaults(
  level: CompatibilityLevel,
  schema: string,
  earlier: readonly string[],
): readonly CompatibilityFault[] {
  if (level === "NONE" || earlier.length === 0) return [];
  return faultsOf(level, definedBy(schema), earlier.map(definedBy));
}

/** The same for types that are defined already. */
export function faultsOf(
  level: CompatibilityLevel,
  schema: TypeSource,
  earlier: readonly TypeSource[],
): readonly CompatibilityFault[] {
  const first = level.endsWith("_TRANSITIVE") ? 0 : Math.max(0, earlier.length - 1);
  const checked = level === "NONE" ? [] : earlier.slice(first);
  return checked.flatMap((old, index) => [
    ...(/^(?:BACKWARD|FULL)/.test(level) ? against("reader", incompatibilities(old, schema), first + index) : []),
    ...(/^(?:FORWARD|FULL)/.test(level) ? against("writer", incompatibilities(schema, old), first + index) : []),
  ]);
}

function against(newSide: NewSide, found: readonly Incompatibility[], earlier: number): CompatibilityFault[] {
  return found.map((one) => ({ ...one, earlier, newSide, cure: cureOf(one, newSide) }));
}

/** A fault in one sentence, for an error's text. */
export function faultText({ path, reason, rule, newSide, cure }: Omit<CompatibilityFault, "earlier">): string {
  const whose = newSide === "reader" ? "reading earlier data" : "read with the earlier schema";
  return `${path} ${reason} (${rule}, ${whose}). ${cure}`;
}
