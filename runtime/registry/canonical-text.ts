/** When two schema texts are the same schema for a registry: the same JSON, whatever its white space and member order. */
import { AffinityError, messageOf } from "../core/errors.js";

// Strings are matched too, so that digits inside them are left alone.
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * A text that two schemas share exactly when they are the same JSON value with every attribute: members in order of
 * their names, numbers digit by digit as written, so that none is rounded.
 *
 * @throws VALUE_INVALID when the text is not JSON.
 */
export function canonicalText(subject: string, schema: string): string {
  try {
    // A number stands as a text that starts with a digit mark, and so does each text with a text mark.
    const marked = schema.replace(tokens, (token) => (token.startsWith('"') ? `"t${token.slice(1)}` : `"n${token}"`));
    JSON.parse(schema);
    return print(JSON.parse(marked));
  } catch (error) {
    throw new AffinityError(
      "VALUE_INVALID",
      `${subject}: the schema is not JSON: ${messageOf(error)}; it has to be an Avro schema as JSON text`,
      { cause: error },
    );
  }
}

function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${print(member)}`).join(",")}}`;
}
