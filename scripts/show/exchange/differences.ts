/** Differences between implementations that docs/differences.md explains, each with its sentence of the specification. */
import type { Fault } from "./judge.js";

export interface Where {
  readonly reader: string;
  readonly fault: Fault;
  /** The value in the exchange's text, and the schema. */
  readonly value: string;
  readonly schema: string;
}

interface Difference {
  readonly name: string;
  readonly applies: (where: Where) => boolean;
}

/** A double, in the exchange's text, that is no number of JSON. */
const notFinite = /d[7f]ff[\da-f]{13};/;

const emptyRecord = /"fields"\s*:\s*\[\s*\]/;

const differences: readonly Difference[] = [
  {
    name: "NaN and infinities in Avro JSON",
    applies: ({ reader, fault, value }) =>
      fault.form === "json" &&
      notFinite.test(value) &&
      ((reader === "java" && /Expected (?:double|float)|Non-standard token/.test(fault.text)) ||
        (reader === "ours" && fault.from === "fastavro" && /expected a JSON value/.test(fault.text)) ||
        (reader === "fastavro" && /instead of/.test(fault.text))),
  },
  {
    name: "fastavro has no Avro JSON of recursive types",
    applies: ({ fault }) => fault.form === "json" && /\bEndless\b/.test(fault.text),
  },
  {
    name: "Java 1.12.0 writes nothing as Avro JSON of a record without fields",
    applies: ({ fault, schema }) =>
      fault.form === "json" &&
      fault.from === "java" &&
      emptyRecord.test(schema) &&
      /found the end of the text|not enough values/.test(fault.text),
  },
  {
    name: "fastavro has no Avro JSON of maps with an empty key",
    applies: ({ reader, fault, value }) =>
      fault.form === "json" && reader === "fastavro" && value.includes("s;") && /No key was set/.test(fault.text),
  },
  {
    // An exception, never another value: records without fields, uses of a type in unions, unions as values of maps.
    name: "fastavro's Avro JSON fails with an exception of its own",
    applies: ({ reader, fault }) =>
      fault.form === "json" &&
      reader === "fastavro" &&
      /^(?:not written: )?(?:[A-Z]\w*(?:Error|Exception)|Exception): /.test(fault.text),
  },
  {
    name: "Java 1.12.0 writes -0.0 as 0.0 in Avro JSON of a float",
    applies: ({ fault }) =>
      fault.form === "json" &&
      fault.from === "java" &&
      /: (?:0 instead of -0|'0\.0' instead of '-0\.0')$/.test(fault.text),
  },
  {
    name: "fastavro refuses a whole number as the default of a float or double",
    applies: ({ fault }) => /Default value <-?\d+> must match schema type: (?:float|double)/.test(fault.text),
  },
  {
    name: "fastavro refuses a logical type that is not valid",
    applies: ({ fault }) => /SchemaParseException: decimal (?:scale|precision)/.test(fault.text),
  },
  {
    name: "fastavro loses the empty namespace of a type in the head of a file",
    applies: ({ fault }) =>
      fault.form === "container" &&
      fault.from === "fastavro" &&
      /expected a type that is defined|Undefined schema/.test(fault.text),
  },
  {
    name: "Java 1.12.0 refuses a default that holds the record whose field has it",
    applies: ({ reader, fault }) =>
      reader === "java" && fault.from === "schema" && /Schema fields not set yet/.test(fault.text),
  },
  {
    name: "Java 1.12.0 keeps items of an array of double as floats",
    applies: ({ reader, fault, schema }) => reader === "java" && /"double"/.test(schema) && isRounded(fault.text),
  },
];

/** Whether a fault of the Java judge says that a double was rounded to a float. */
function isRounded(text: string): boolean {
  const found = /\/\d+: (-?\d+) instead of (-?\d+)$/.exec(text);
  if (found === null) return false;
  const [read = 0, meant = 0] = found.slice(1).map((bits) => Number(doubleOf(BigInt(bits))));
  return Object.is(read, Math.fround(meant)) && !Object.is(read, meant);
}

function doubleOf(bits: bigint): number {
  return new Float64Array(BigInt64Array.of(bits).buffer)[0] ?? 0;
}

/** The name of the difference that explains a fault. */
export function explanation(where: Where): string | undefined {
  return differences.find(({ applies }) => applies(where))?.name;
}
