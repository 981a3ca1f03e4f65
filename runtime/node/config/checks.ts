/** Checks what the file gives against the table, and the rules that join several settings. */
import type { JsonValue } from "../../schema/type.js";
import { isAdapterSection } from "./adapters.js";
import type { Entry, EntryReader } from "./entries.js";
import { checkKafka } from "./kafka.js";
import { isLoopback } from "./loopback.js";
import type { Setting } from "./setting.js";
import { allSettings, settings } from "./settings.js";
import type { Finding } from "./source.js";

/** The effective value of each setting. */
export class Values {
  readonly #given: ReadonlyMap<string, Entry>;

  constructor(given: ReadonlyMap<string, Entry>) {
    this.#given = given;
  }

  /** @throws only when the file was not checked before. */
  get<T extends JsonValue>(setting: Setting<T>): T {
    const entry = this.#given.get(setting.path);
    return entry === undefined ? setting.fallback : setting.schema.parse(coerced(setting, entry));
  }

  isGiven(path: string): boolean {
    return this.#given.has(path);
  }
}

/** Checks each value by itself. */
export function checkValues(reader: EntryReader): void {
  for (const setting of allSettings) {
    const entry = reader.given.get(setting.path);
    if (entry === undefined || !applies(setting, reader)) continue;
    const parsed = setting.schema.safeParse(coerced(setting, entry));
    if (parsed.success) continue;
    const [issue] = parsed.error.issues;
    const index = issue?.path[0];
    const item = typeof index === "number" ? index : undefined;
    reader.findings.push(misfit(setting, entry, item));
  }
}

/** Checks the rules between settings. Values are right by themselves. */
export function checkRules(reader: EntryReader): void {
  const values = new Values(reader.given);
  const at = (path: string): Finding["at"] | undefined => reader.given.get(path)?.at;
  const invalid: Invalid = (path, text, suggestion) => {
    const place = at(path);
    if (place !== undefined) reader.findings.push({ at: place, code: "CONFIG_INVALID", text, suggestion });
  };
  const host = values.get(settings.httpHost);
  if (!isLoopback(host) && !values.isGiven("http.auth.type"))
    invalid(
      "http.host",
      `http.host: ${written(reader, "http.host", host)} is reached from outside, and http.auth is not written down`,
      'Write "auth": { "type": "bearer", "tokens": [...] }, or "auth": { "type": "none" } to let everyone in.',
    );
  if (values.get(settings.httpAuthType) === "bearer" && !values.isGiven("http.auth.tokens"))
    invalid("http.auth.type", "http.auth: bearer needs tokens", 'Write "tokens": ["$' + '{TOKEN}"] beside it.');
  checkRegistryAuth(values, invalid);
  checkKafka(values, invalid);
  if (values.get(settings.registryType) === "memory" && values.get(settings.changelogType) !== "memory")
    invalid(
      "registry.type",
      "registry.type: a registry in memory forgets the schema ids with which a durable changelog is written",
      'Leave it out (embedded), or set changelog.type to "memory" as well.',
    );
}

/** Says that the setting at `path` is wrong; where the file does not give it, nothing is said. */
export type Invalid = (path: string, text: string, suggestion: string) => void;

function checkRegistryAuth(values: Values, invalid: Invalid): void {
  const type = values.get(settings.registryAuthType);
  if (type === "none") return;
  if (values.get(settings.registryType) !== "confluent")
    invalid(
      "registry.auth.type",
      `registry.auth: does nothing with registry.type ${JSON.stringify(values.get(settings.registryType))}`,
      'Leave it out, or set registry.type to "confluent".',
    );
  if (type === "basic" && values.get(settings.registryAuthUser) === "")
    invalid("registry.auth.type", "registry.auth: basic needs a user", 'Write "user" and "password" beside it.');
  if (type === "bearer" && values.get(settings.registryAuthToken) === "")
    invalid("registry.auth.type", "registry.auth: bearer needs a token", 'Write "token": "$' + '{TOKEN}" beside it.');
}

/** Whether the setting exists under the chosen `type`; says so where it is given in vain. */
function applies(setting: Setting, reader: EntryReader): boolean {
  if (setting.only === undefined) return true;
  const section = setting.path.slice(0, setting.path.lastIndexOf("."));
  const typeEntry = reader.given.get(`${section}.type`);
  const typeSetting = allSettings.find(({ path }) => path === `${section}.type`);
  const type = typeEntry?.value ?? typeSetting?.fallback;
  if (typeof type === "string" && setting.only.includes(type)) return true;
  const entry = reader.given.get(setting.path);
  const isBroken = isAdapterSection(section) && reader.findings.some((finding) => finding.at === typeEntry?.at);
  if (entry !== undefined && !isBroken)
    reader.findings.push({
      at: entry.at,
      code: "CONFIG_INVALID",
      text: `${setting.path}: does nothing with ${section}.type ${JSON.stringify(type)}; it belongs to ${setting.only.join(" and ")}`,
      suggestion: "Leave it out.",
    });
  return false;
}

// A placeholder gives text; where a number belongs, its digits are one, and where a truth value belongs, its word.
function coerced(setting: Setting, { value, isFilled }: Entry): JsonValue {
  if (typeof setting.fallback === "boolean" && isFilled && (value === "true" || value === "false"))
    return value === "true";
  const isNumber = typeof setting.fallback === "number" && isFilled;
  return isNumber && typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
}

function misfit(setting: Setting, entry: Entry, index: number | undefined): Finding {
  const path = index === undefined ? setting.path : `${setting.path}[${index}]`;
  const value = index !== undefined && Array.isArray(entry.value) ? entry.value[index] : entry.value;
  const isHidden = setting.isSecret || entry.variables.length > 0;
  const shown = isHidden ? hidden(setting, entry) : abridged(value);
  return {
    at: (index === undefined ? undefined : entry.items[index]) ?? entry.at,
    code: "CONFIG_INVALID",
    text: `${path}: ${shown} does not fit; ${setting.type} would be right`,
  };
}

function hidden(setting: Setting, { variables }: Entry): string {
  if (variables.length > 0) return `the value of ${[...new Set(variables)].join(" and ")}`;
  return setting.isSecret ? "the value (hidden)" : "the value";
}

function written(reader: EntryReader, path: string, value: string): string {
  const variables = reader.given.get(path)?.variables ?? [];
  return variables.length > 0 ? `the value of ${variables.join(" and ")}` : JSON.stringify(value);
}

function abridged(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
