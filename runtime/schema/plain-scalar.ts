/** Plain JSON of what is no record, array, map or union: the forms of the manual's "Plain JSON". */
import { fromBase64, toBase64 } from "./base64.js";
import { timeOf, timestampOf, timestampText, timeText } from "./calendar.js";
import { decimalText, unscaledOf } from "./decimal.js";
import { mismatch } from "./fault.js";
import type { Logical } from "./logical-type.js";
import * as logicals from "./logical-value.js";
import {
  checkedLong,
  checkedText,
  enumJson,
  type ScalarJson,
  sharedScalar,
  takeLong,
  textJson,
} from "./scalar-json.js";
import type { EnumNode, FixedNode, PrimitiveNode } from "./type-node.js";

type Of<K extends Logical["kind"]> = Extract<Logical, { readonly kind: K }>;

/** Codec of a scalar in plain JSON. */
export function plainScalar(node: PrimitiveNode | FixedNode | EnumNode): ScalarJson {
  if (node.kind === "enum") return enumJson(node);
  const { logical } = node;
  switch (logical?.kind) {
    case "decimal": {
      const canonical = (value: unknown): string => decimalText(unscaledOf(value, logical), logical);
      return textJson(canonical, canonical);
    }
    case "uuid": {
      const check = node.kind === "fixed" ? canonicalUuid : logicals.checkedUuid;
      return textJson(check, check);
    }
    case "date": {
      const check = (value: unknown): string => logicals.dayOf(logicals.dayNumber(value));
      return textJson(check, check);
    }
    case "duration":
      return {
        write: (value) => JSON.stringify(logicals.durationOf(logicals.durationBytes(value))),
        take: takeDuration,
      };
    case "time":
      return timeJson(logical, sharedScalar(node.kind === "int" ? "int" : "long"));
    case "timestamp":
      return timestampJson(logical);
  }
  if (node.kind === "fixed") return bytesJson(node.size);
  return node.kind === "bytes" ? bytesJson() : sharedScalar(node.kind, node.isNumber);
}

function bytesJson(size?: number): ScalarJson {
  const check = (value: unknown): Uint8Array => logicals.checkedBytes(value, size);
  return textJson(
    (value) => toBase64(check(value)),
    (json) => check(fromBase64(checkedText(json))),
  );
}

function canonicalUuid(value: unknown): string {
  return logicals.uuidOf(logicals.uuidBytes(value));
}

function takeDuration(json: unknown): unknown {
  const duration = logicals.durationOf(logicals.durationBytes(json));
  if (Object.keys(Object(json)).length > 3) throw mismatch("months, days and millis alone", json);
  return duration;
}

/** A time of day; one outside of the day is its number. */
function timeJson({ digits }: Of<"time">, base: ScalarJson): ScalarJson {
  const isNumber = digits === 3;
  return {
    write(value, hasTextLongs) {
      const number = base.write(value, hasTextLongs);
      const text = timeText(BigInt(String(value)), digits);
      return text === undefined ? number : `"${text}"`;
    },
    take(json) {
      const units = typeof json === "string" ? timeOf(json, digits) : undefined;
      if (units !== undefined) return isNumber ? Number(units) : units;
      return orExpected(base.take, json, "a time of day (text HH:MM:SS with a fraction, or a number)");
    },
  };
}

function timestampJson({ digits, isLocal, isDate }: Of<"timestamp">): ScalarJson {
  const zone = isLocal ? "" : "Z";
  const expected = `a timestamp (ISO 8601 text ${isLocal ? "without zone" : "in UTC, ending in Z"}, or a number)`;
  return {
    write(value) {
      if (isDate) return `"${new Date(logicals.timestampNumber(value)).toISOString()}"`;
      return `"${timestampText(checkedLong(value), digits)}${zone}"`;
    },
    take(json) {
      const isText = typeof json === "string" && json.endsWith("Z") !== isLocal;
      const units = isText ? timestampOf(json.slice(0, json.length - zone.length), digits) : undefined;
      const long = orExpected(takeLong, units ?? json, expected);
      return isDate ? logicals.timestampOf(Number(long)) : long;
    },
  };
}

/** A value of the base type, or the fault that names what the logical type takes. */
function orExpected<T>(take: (json: unknown) => T, json: unknown, expected: string): T {
  try {
    return take(json);
  } catch {
    throw mismatch(expected, json);
  }
}
