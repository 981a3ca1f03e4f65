/** Why a schema may not follow the versions of its subject, in sentences. */
import { type CompatibilityLevel, compatibilityFaults, faultText } from "../schema/compatibility.js";

/** A version's schema, with its references written out. */
export interface EarlierVersion {
  readonly version: number;
  readonly schema: string;
}

/** Reasons named in one answer; the rest are counted. */
const shownReasons = 20;

/** @param earlier Oldest first. */
export function reasonsAgainst(
  level: CompatibilityLevel,
  schema: string,
  earlier: readonly EarlierVersion[],
): readonly string[] {
  const texts = earlier.map((other) => other.schema);
  const reasons = compatibilityFaults(level, schema, texts).map(
    (fault) => `version ${earlier[fault.earlier]?.version}: ${faultText(fault)}`,
  );
  if (reasons.length <= shownReasons) return reasons;
  return [...reasons.slice(0, shownReasons), `and ${reasons.length - shownReasons} more`];
}
