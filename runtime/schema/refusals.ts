/** Refusals that static codecs call where TypeScript's types would not let a value pass, but JavaScript does. */
import { describeValue, fault, mismatch } from "./fault.js";
import { isObject } from "./member.js";

/** For records whose every field may be left out: anything at all would pass for one. */
export function checkRecord(value: unknown): void {
  if (!isObject(value)) throw mismatch("a record (an object)", value);
}

/** For tagged unions: an object with exactly one member. */
export function checkTag(value: unknown): void {
  if (!isObject(value)) throw mismatch("an object with one tag", value);
  const { length } = Object.keys(value);
  if (length !== 1) throw fault(`found an object with ${length} members; expected one, the name of a branch`);
}

export function missingField(name: string): never {
  throw fault(`found nothing for the field ${name}, which has no default; expected a value`);
}

export function noBranch(value: unknown): never {
  throw fault(`found ${describeValue(value)}; expected a value of one of the union's branches`);
}
