/** The effective configuration as people read it: each value with where it came from, secrets hidden. */
import { basename } from "node:path";
import type { JsonValue } from "../../schema/type.js";
import { Values } from "./checks.js";
import type { Entry } from "./entries.js";
import { allSettings } from "./settings.js";

/** A setting, its value and its origin. */
export interface EffectiveSetting {
  readonly setting: string;
  /** A secret's value is `(hidden)`. */
  readonly value: JsonValue;
  /** `default`, or `affinity.json:4:12`, with the environment variables that are part of it behind. */
  readonly origin: string;
}

/** Every setting that means something under the chosen adapters, in the order of the documentation. */
export function effectiveSettings(file: string, given: ReadonlyMap<string, Entry>): readonly EffectiveSetting[] {
  const values = new Values(given);
  const typeOf = (path: string): JsonValue | undefined => {
    const setting = allSettings.find((other) => other.path === `${path.slice(0, path.lastIndexOf("."))}.type`);
    return setting === undefined ? undefined : values.get(setting);
  };
  return allSettings
    .filter(({ only, path }) => only === undefined || only.some((word) => word === typeOf(path)))
    .map((setting) => ({
      setting: setting.path,
      value: setting.isSecret ? hide(values.get(setting)) : values.get(setting),
      origin: origin(file, given.get(setting.path)),
    }));
}

function hide(value: JsonValue): JsonValue {
  return Array.isArray(value) ? value.map(() => "(hidden)") : "(hidden)";
}

function origin(file: string, entry: Entry | undefined): string {
  if (entry === undefined) return "default";
  const place = `${basename(file)}:${entry.at.line}:${entry.at.column}`;
  const variables = [...new Set(entry.variables)].map((name) => `\${${name}}`);
  return [place, ...variables].join(", ");
}
