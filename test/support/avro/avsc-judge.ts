/** avsc as a judge: its number longs err below -2^52, so longs are bigint. */
import avsc from "avsc";
import type { AvscValue } from "./forms.js";

const { Type, types } = avsc;

const bigintLong = types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const out = Buffer.alloc(8);
    out.writeBigInt64LE(value);
    return out;
  },
  fromJSON: (json: number | string) => BigInt(json),
  toJSON: (value: bigint) => value.toString(),
  isValid: (value: unknown) => typeof value === "bigint" && value === BigInt.asIntN(64, value),
  compare: (left: bigint, right: bigint) => (left < right ? -1 : left > right ? 1 : 0),
});

/** The named types of schemas, by full name. */
export interface Judge {
  /** Avro binary of a value. @throws when the judge does not know the type or refuses the value. */
  encode(name: string, value: AvscValue): Buffer;
  /** The bytes read and written again; undefined when they are not exactly one value of the type. */
  normal(name: string, bytes: Uint8Array): Buffer | undefined;
}

/**
 * @param schemas parsed by JSON.parse, definitions before their uses
 * @param names of all their named types
 * @throws what avsc says of a schema that it refuses.
 */
export function avscJudge(schemas: readonly unknown[], names: ReadonlySet<string>): Judge {
  const registry: { [name: string]: avsc.Type } = {};
  for (const schema of schemas) {
    Type.forSchema(schema as avsc.Schema, {
      registry,
      wrapUnions: "always",
      typeHook: (inner) => (isLong(inner) ? bigintLong : undefined),
    });
  }
  const typeOf = (name: string): avsc.Type => {
    const type = registry[name] ?? registry[misnamed(name, Object.keys(registry), names)];
    if (type === undefined) throw new Error(`avsc has no type ${name}`);
    return type;
  };
  return {
    encode: (name, value) => typeOf(name).toBuffer(value),
    normal: (name, bytes) => {
      try {
        const type = typeOf(name);
        return type.toBuffer(type.fromBuffer(Buffer.from(bytes)));
      } catch {
        return undefined;
      }
    },
  };
}

/** avsc lets a type inherit the namespace that its parent's dotted name overrides: such a one goes by its simple name. */
function misnamed(name: string, known: readonly string[], names: ReadonlySet<string>): string {
  const simple = name.slice(name.lastIndexOf(".") + 1);
  const candidates = known.filter((other) => !names.has(other) && other.endsWith(`.${simple}`));
  return candidates.length === 1 ? (candidates[0] ?? "") : "";
}

function isLong(schema: unknown): boolean {
  if (schema === "long") return true;
  return typeof schema === "object" && schema !== null && "type" in schema && schema.type === "long";
}
