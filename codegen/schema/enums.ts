/** Reads symbols and default of an enum (specification 1.12, "Enums"). */

import { nearest } from "../../runtime/core/nearest.js";
import { quoted } from "../diagnostics-text.js";
import type { JsonObject } from "../json-node.js";
import { otherAttributes } from "./attributes.js";
import type { EnumType } from "./model.js";
import { isName, nameCure } from "./names.js";
import type { NamedBody, Reading } from "./reading.js";

export function readEnum(
  reading: Reading,
  object: JsonObject,
  { head, understood, owner }: NamedBody,
): EnumType | undefined {
  if (reading.required(object, "symbols", owner) === undefined) return undefined;
  const written = reading.texts(object, "symbols", owner);
  const symbols = new Set<string>();
  for (const { value, at } of written) {
    if (!isName(value)) {
      reading.fault("AVRO_SYMBOL", at, `the symbol ${quoted(value)} of ${owner} is not legal`, nameCure(value));
    } else if (symbols.has(value)) {
      reading.fault(
        "AVRO_SYMBOL",
        at,
        `the symbol ${quoted(value)} of ${owner} stands there twice`,
        "Remove one of them.",
      );
    } else symbols.add(value);
  }
  const value = readEnumDefault(
    reading,
    object,
    owner,
    written.map((symbol) => symbol.value),
  );
  const attributes = otherAttributes(object, [...understood, "default"]);
  return { kind: "enum", ...head, symbols: [...symbols], ...(value !== undefined && { default: value }), attributes };
}

/** "The value provided here must be a JSON string that's a member of the symbols array." Null counts as absent, as in Java. */
function readEnumDefault(
  reading: Reading,
  object: JsonObject,
  owner: string,
  symbols: readonly string[],
): string | undefined {
  const node = object.get("default");
  if (node === undefined || node.kind === "null") return undefined;
  if (node.kind !== "string") return reading.wrongKind(node, `"default" of ${owner}`, ["one of its symbols"]);
  if (symbols.includes(node.value)) return node.value;
  const near = nearest(node.value, symbols);
  const cure = near === undefined ? undefined : `Did you mean ${quoted(near)}?`;
  return reading.fault(
    "AVRO_ENUM_DEFAULT",
    node.at,
    `the default ${quoted(node.value)} is no symbol of ${owner}`,
    cure,
  );
}
