/** Decimals between text, unscaled integer and two's complement, exact at any precision. */
import { mismatch } from "./fault.js";

/** What a decimal is made of: at most `precision` digits, exactly `scale` of them after the point. */
export interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

const decimalPattern = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;

/** The unscaled integer of a text with exactly `scale` digits after the point: `-12.30` gives -1230. */
export function unscaledOf(text: unknown, { precision, scale }: DecimalShape): bigint {
  // The longest text, with sign and point: longer ones are not looked at.
  const match = typeof text === "string" && text.length <= precision + 3 ? decimalPattern.exec(text) : null;
  const [, sign, whole = "", fraction = ""] = match ?? [];
  const digits = whole === "0" ? fraction : whole + fraction;
  if (match === null || fraction.length !== scale || digits.length > precision) {
    throw mismatch(`a decimal of at most ${precision} digits, as text with exactly ${scale} after the point`, text);
  }
  const unscaled = BigInt(digits === "" ? "0" : digits);
  return sign === "-" ? -unscaled : unscaled;
}

/** The text of an unscaled integer. */
export function decimalText(unscaled: bigint, { precision, scale }: DecimalShape): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  // With scale equal to precision the zero before the point is no digit of it.
  if (digits.length > precision && !(scale === precision && digits.startsWith("0"))) {
    throw mismatch(`a decimal of at most ${precision} digits`, unscaled);
  }
  const split = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`;
  return unscaled < 0n ? `-${text}` : text;
}

/** Two's complement, big-endian: of `size` bytes where given, which it must fit, else as short as possible. */
export function twosComplement(value: bigint, size?: number): Uint8Array {
  const magnitude = value < 0n ? ~value : value;
  let hex = magnitude.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  else if (hex > "8") hex = `00${hex}`;
  const short = hex.length / 2;
  const bytes = new Uint8Array(size ?? short);
  if (short > bytes.length) throw mismatch(`a number that fits into ${size} bytes`, value);
  const flip = value < 0n ? 0xff : 0;
  for (let index = 1; index <= bytes.length; index += 1) {
    const end = hex.length - 2 * (index - 1);
    bytes[bytes.length - index] = (index > short ? 0 : Number.parseInt(hex.slice(end - 2, end), 16)) ^ flip;
  }
  return bytes;
}

/** The integer of two's complement bytes; no bytes are 0. @param precision Bounds the work: more digits are refused. */
export function integerOf(bytes: Uint8Array, precision: number): bigint {
  const flip = (bytes[0] ?? 0) > 0x7f ? 0xff : 0;
  let start = 0;
  while (start < bytes.length && bytes[start] === flip) start += 1;
  // A byte holds more than two digits.
  if ((bytes.length - start) * 2 > precision + 2) throw mismatch(`a decimal of at most ${precision} digits`, bytes);
  let hex = "0x0";
  for (const byte of bytes.subarray(start)) hex += ((byte ^ flip) + 256).toString(16).slice(1);
  const magnitude = BigInt(hex);
  return flip === 0 ? magnitude : ~magnitude;
}
