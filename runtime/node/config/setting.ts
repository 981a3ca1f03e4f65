/** What a setting is: a path in affinity.json with its type, default and text, and the schema that checks it. */
import { z } from "zod";
import type { JsonValue } from "../../schema/type.js";

/** A day in ms, and a MiB in bytes: units of bounds. */
export const day = 86_400_000;
export const mebibyte = 1_048_576;

/** One setting of the table in `settings.ts`. */
export interface Setting<T extends JsonValue = JsonValue> {
  /** Where it stands, `http.port`. */
  readonly path: string;
  /** Its type in words, for messages and documentation: `integer from 0 to 65,535`. */
  readonly type: string;
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  /** What it does, as whole sentences. */
  readonly text: string;
  /** Never printed. */
  readonly isSecret: boolean;
  /** Values of the section's `type` under which the setting exists; absent: always. */
  readonly only?: readonly string[];
}

interface Facts<T> {
  readonly default: T;
  readonly text: string;
  readonly isSecret?: boolean;
  readonly only?: readonly string[];
}

function setting<T extends JsonValue>(path: string, type: string, schema: z.ZodType<T>, facts: Facts<T>): Setting<T> {
  const { default: fallback, text, isSecret = false, only } = facts;
  return { path, type, schema, fallback, text, isSecret, ...(only === undefined ? {} : { only }) };
}

/** A whole number between two bounds, both included. */
export function integer(
  path: string,
  facts: Facts<number> & { readonly min: number; readonly max: number },
): Setting<number> {
  const type = `integer from ${decimal(facts.min)} to ${decimal(facts.max)}`;
  return setting(path, type, z.number().int().min(facts.min).max(facts.max), facts);
}

/** True or false. */
export function flag(path: string, facts: Facts<boolean>): Setting<boolean> {
  return setting(path, "true or false", z.boolean(), facts);
}

/** Text of a given shape; `type` describes the shape. */
export function text(
  path: string,
  facts: Facts<string> & {
    readonly type?: string;
    readonly pattern?: RegExp;
    /** Whether it may be empty, which then means none. */
    readonly isOptional?: boolean;
  },
): Setting<string> {
  const plain = facts.isOptional === true ? z.string() : z.string().min(1);
  const schema = facts.pattern === undefined ? plain : z.string().regex(facts.pattern);
  return setting(path, facts.type ?? "text", schema, facts);
}

/** One of a few words. */
export function choice<const W extends string>(path: string, words: readonly W[], facts: Facts<W>): Setting<W> {
  return setting(path, words.map((word) => JSON.stringify(word)).join(" or "), z.enum(words), facts);
}

/** A list of texts of a given shape. */
export function list(
  path: string,
  facts: Facts<readonly string[]> & {
    readonly items: string;
    readonly pattern?: RegExp;
    /** Whether the list may not be empty. */
    readonly isNeeded?: boolean;
  },
): Setting<readonly string[]> {
  const item = facts.pattern === undefined ? z.string().min(1) : z.string().regex(facts.pattern);
  const schema = facts.isNeeded === true ? z.array(item).min(1) : z.array(item);
  return setting(path, `list of ${facts.items}`, schema.readonly(), facts);
}

/** A number as texts show it: `1,048,576`. */
export function decimal(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
