/** A model as JSON, for `affinity inspect`: exact longs and bytes as text. */
import type { JsonValue } from "../runtime/schema/type.js";
import type { ServiceModel } from "./service/model.js";

export function modelJson(model: ServiceModel): JsonValue {
  return toJson(model);
}

function toJson(value: unknown): JsonValue {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) =>
        member === undefined ? [] : [[name, toJson(member)] as const],
      ),
    );
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return null;
}
