/** Ordered keys of what is no record, array, union or enum. */
import { fromBase, toBase } from "./base-value.js";
import { decimalText, integerOf, twosComplement, unscaledOf } from "./decimal.js";
import { mismatch } from "./fault.js";
import { checkedBytes } from "./logical-value.js";
import { binaryOf, bytesOf, type OrderedCursor, terminated, textOf, uint32, utf8Of } from "./ordered-bytes.js";
import { checkedInt, checkedLong, checkedReal, checkedSafe, checkedText } from "./scalar-json.js";
import type { FixedNode, PrimitiveNode } from "./type-node.js";

interface ScalarCodec {
  write(value: unknown): string;
  read(input: OrderedCursor): unknown;
}

const signBit = 0x8000_0000;

/** The codec of a scalar: of its logical type where that has another order, else of its base type. */
export function orderedScalar(node: PrimitiveNode | FixedNode): ScalarCodec {
  if (node.logical?.kind === "decimal") return decimalCodec(node.logical);
  const base = baseCodec(node);
  if (node.logical === undefined) return base;
  return {
    write: (value) => base.write(toBase(node, value)),
    read: (input) => fromBase(node, base.read(input)),
  };
}

function baseCodec(node: PrimitiveNode | FixedNode): ScalarCodec {
  switch (node.kind) {
    case "null":
      return { write: (value) => piece(value === null, "", "null", value), read: () => null };
    case "boolean":
      return {
        write: (value) => piece(typeof value === "boolean", value === true ? "\x01" : "\0", "a boolean", value),
        read: (input) => input.byte() !== 0,
      };
    case "int":
      return {
        write: (value) => uint32(checkedInt(value) ^ signBit),
        read: (input) => (input.uint32() ^ signBit) | 0,
      };
    case "long":
      return node.isNumber ? longNumberCodec : longCodec;
    case "float":
      return floatCodec;
    case "double":
      return doubleCodec;
    case "string":
      return {
        write: (value) => terminated(utf8Of(checkedText(value))),
        read: (input) => textOf(input.takeTerminated()),
      };
    case "bytes":
      return {
        write: (value) => terminated(binaryOf(checkedBytes(value))),
        read: (input) => bytesOf(input.takeTerminated()),
      };
    case "fixed":
      return {
        write: (value) => binaryOf(checkedBytes(value, node.size)),
        read: (input) => bytesOf(input.take(node.size)),
      };
  }
}

function piece(fits: boolean, binary: string, expected: string, value: unknown): string {
  if (!fits) throw mismatch(expected, value);
  return binary;
}

const longCodec: ScalarCodec = {
  write(value) {
    const long = checkedLong(value);
    return uint32(Number(long >> 32n) ^ signBit) + uint32(Number(long & 0xffff_ffffn));
  },
  read: (input) => (BigInt((input.uint32() ^ signBit) | 0) << 32n) | BigInt(input.uint32()),
};

const longNumberCodec: ScalarCodec = {
  write(value) {
    const long = checkedSafe(value);
    return uint32(Math.floor(long / 0x1_0000_0000) ^ signBit) + uint32(long);
  },
  read: (input) => ((input.uint32() ^ signBit) | 0) * 0x1_0000_0000 + input.uint32(),
};

const scratch = /*@__PURE__*/ new DataView(/*@__PURE__*/ new ArrayBuffer(8));

const floatCodec: ScalarCodec = {
  write(value) {
    const number = checkedReal(value);
    scratch.setFloat32(0, canonical(number));
    if (Number.isFinite(number) && !Number.isFinite(scratch.getFloat32(0)))
      throw mismatch("float (at most 3.4028234663852886e38 either side of 0)", value);
    const bits = scratch.getUint32(0);
    return uint32(bits < signBit ? bits ^ signBit : ~bits);
  },
  read(input) {
    const bits = input.uint32();
    scratch.setUint32(0, bits < signBit ? ~bits : bits ^ signBit);
    return scratch.getFloat32(0);
  },
};

const doubleCodec: ScalarCodec = {
  write(value) {
    scratch.setFloat64(0, canonical(checkedReal(value)));
    const [high, low] = [scratch.getUint32(0), scratch.getUint32(4)];
    return high < signBit ? uint32(high ^ signBit) + uint32(low) : uint32(~high) + uint32(~low);
  },
  read(input) {
    const [high, low] = [input.uint32(), input.uint32()];
    scratch.setUint32(0, high < signBit ? ~high : high ^ signBit);
    scratch.setUint32(4, high < signBit ? ~low : low);
    return scratch.getFloat64(0);
  },
};

/** NaN has many bit patterns, and a value one encoding. */
function canonical(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}

/** All decimals of one precision take the same width, whatever they are stored in. */
function decimalCodec(shape: { readonly precision: number; readonly scale: number }): ScalarCodec {
  const width = Math.ceil((shape.precision * Math.log2(10) + 1) / 8);
  return {
    write(value) {
      const bytes = twosComplement(unscaledOf(value, shape), width);
      bytes[0] = (bytes[0] ?? 0) ^ 0x80;
      return binaryOf(bytes);
    },
    read(input) {
      const bytes = bytesOf(input.take(width));
      bytes[0] = (bytes[0] ?? 0) ^ 0x80;
      return decimalText(integerOf(bytes, shape.precision), shape);
    },
  };
}
