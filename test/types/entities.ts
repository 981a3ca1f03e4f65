/** What types of entities hold. Never run. */
import type { Every } from "../golden/logical-types/expected/generated/entities/logical/Every.js";
import type { All } from "../golden/logical-types/expected/generated/index.js";
import type { All as AllNumbers } from "../golden/options/expected/generated/index.js";
import { type Never, Unions, type UnionsInput } from "../golden/unions/expected/generated/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

holds<Equal<All["price"], string>>();
holds<Equal<All["opened"], Date>>();
holds<Equal<All["seen"], bigint>>();
holds<Equal<All["sleep"], bigint>>();
holds<Equal<All["wake"], number>>();
holds<Equal<All["count"], bigint>>();
holds<Equal<All["days"], readonly string[]>>();
holds<Equal<Every, { readonly months: number; readonly days: number; readonly millis: number }>>();
holds<Equal<AllNumbers["count"], number>>();
holds<Equal<AllNumbers["opened"], bigint>>();
holds<Equal<AllNumbers["seen"], bigint>>();

holds<Equal<Unions["first"], string | null>>();
holds<Equal<Unions["one"], number>>();
holds<Equal<Never["never"], never>>();

/** A tagged union is narrowed with `in`. */
export function narrowed(value: Unions["many"]): string {
  if (value === null) return "null";
  if ("boolean" in value) return String(value.boolean);
  if ("u.E" in value) {
    const symbol: "A" | "B" = value["u.E"];
    return symbol;
  }
  if ("u.R" in value) return String(value["u.R"].x);
  if ("map" in value) return Object.keys(value.map).join();
  return "array" in value ? String(value.array.length) : String(value["u.F"].length);
}

export const partial: Pick<UnionsInput, "two" | "list" | "many"> = { many: { "u.R": {} } };
// @ts-expect-error Not a branch.
export const wrong: Pick<UnionsInput, "many"> = { many: { "u.X": {} } };

const whole: Unions = Unions.decode(new Uint8Array());
export const bytes: Uint8Array = Unions.encode(whole);
export const fingerprint: bigint = Unions.fingerprint;
