/**
 * Environment variables in the texts of affinity.json.
 *
 *   ${NAME}            the variable's value
 *   ${NAME:-default}   the default where the variable is unset or empty, as in a shell; it ends at the first `}`
 *   $${                a plain `${`
 */

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What became of a text. */
export type Expansion =
  | {
      readonly ok: true;
      readonly text: string;
      /** Variables whose values are part of the text. */
      readonly variables: readonly string[];
      /** Whether anything was put in, defaults included. */
      readonly isFilled: boolean;
    }
  | { readonly ok: false; readonly fault: string; readonly cure: string };

const placeholder = /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/** Replaces every placeholder. A variable that is not set and has no default is a fault. */
export function expand(written: string, environment: Environment): Expansion {
  const variables: string[] = [];
  let isFilled = false;
  let fault: { readonly fault: string; readonly cure: string } | undefined;
  const text = written.replaceAll(
    placeholder,
    (whole: string, escaped: string | undefined, name: string | undefined, fallback: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (name === undefined) {
        fault ??= { fault: `${whole} does not begin a placeholder that ends`, cure: cures.placeholder };
        return whole;
      }
      isFilled = true;
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (fallback !== undefined && (value === undefined || value === "")) return fallback;
      if (value === undefined) {
        fault ??= { fault: `environment variable ${name} is not set`, cure: cures.unset(name) };
        return whole;
      }
      variables.push(name);
      return value;
    },
  );
  return fault === undefined ? { ok: true, text, variables, isFilled } : { ok: false, ...fault };
}

const cures = {
  placeholder: "Write $" + "{NAME} or $" + "{NAME:-default}; a plain $" + "{ is written $$" + "{.",
  unset: (name: string): string => `Set ${name}, or give a default: $` + `{${name}:-default}.`,
} as const;
