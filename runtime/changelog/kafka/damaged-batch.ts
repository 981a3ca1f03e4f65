/** The error of a record batch that is not what it should be. */
import { AffinityError } from "../../core/errors.js";

/** @param subject Topic and partition. @param what What was found, and what was expected. */
export function damagedBatch(subject: string, offset: bigint, what: string): AffinityError {
  return new AffinityError(
    "CHANGELOG_DAMAGED",
    `${subject}, offset ${offset}: the batch there cannot be read: ${what}; let another replica lead the partition, and look at the disk of this one`,
  );
}
