/** Steps over Avro binary that rewritings share: each gives the offset behind what it passes, or refuses it. */
import { fault } from "./fault.js";
import { emptyItemsLimit } from "./limits.js";
import { Reader } from "./reader.js";

/** Stands for the byte after the last one: neither an even byte below 0x80, nor any other. */
export const pastEnd = 0x181;

/** Set in a byte that is no index, length or count of one byte. */
export const notShort = 0x181;

const scratch = /*@__PURE__*/ new ArrayBuffer(4);
const int32 = /*@__PURE__*/ new Int32Array(scratch);
const float32 = /*@__PURE__*/ new Float32Array(scratch);

/** The offset behind so many numbers that are copied: static code looks at them later, and one end is searched for here. */
export function passEnds(source: Uint8Array, start: number, count: number): number {
  let place = start;
  // Without a branch for each number, whose length nothing foretells.
  for (let left = count; left > 0; place += 1) left -= ((source[place] ?? 0) >>> 7) ^ 1;
  return place;
}

/** The offset behind so many numbers that are left out, and looked at nowhere else. */
export function passVarints(source: Uint8Array, start: number, count: number, isInt: boolean): number {
  let place = start;
  for (let left = count; left > 0; left -= 1) {
    if ((source[place] ?? pastEnd) < 0x80) place += 1;
    else place = passVarint(source, place, isInt);
  }
  return place;
}

/** The offset behind a number of several bytes, in its shortest form. @param isInt Of 32 bits, not of 64. */
export function passVarint(source: Uint8Array, start: number, isInt: boolean): number {
  let place = start + 1;
  const end = start + (isInt ? 5 : 10);
  let byte = source[place++] ?? pastEnd;
  while (byte > 0x7f && place < end) byte = source[place++] ?? pastEnd;
  if (byte > 0x7f || byte === 0 || (place === end && byte > (isInt ? 0x0f : 1)))
    throw fault("found a number that is too long, or not in its shortest form");
  return place;
}

export function passText(source: Uint8Array, place: number): number {
  const byte = source[place] ?? pastEnd;
  const next = source[place + 1] ?? pastEnd;
  if ((byte & 0x81) === 0x80 && next < 0x80 && next > 0) {
    const end = place + 2 + (((byte & 0x7f) | (next << 7)) >>> 1);
    if (end <= source.length) return end;
  }
  const reader = new Reader(source, place);
  reader.skipBytes();
  return reader.position;
}

export function floatAt(source: Uint8Array, place: number): number {
  int32[0] =
    (source[place] ?? 0) |
    ((source[place + 1] ?? 0) << 8) |
    ((source[place + 2] ?? 0) << 16) |
    ((source[place + 3] ?? 0) << 24);
  return float32[0] ?? 0;
}

/** Items that take no bytes, of all blocks up to here. */
export function counted(before: number, more: number): number {
  const all = before + more;
  if (all > emptyItemsLimit) throw fault(`found ${all} items that take no bytes; expected at most ${emptyItemsLimit}`);
  return all;
}

/** @param blockEnd Where a block says that it ends, or -1. */
export function checkEnd(place: number, blockEnd: number): void {
  if (blockEnd >= 0 && place !== blockEnd) throw fault("found a block of another size than it announces");
}

export function ended(): Error {
  return fault("found the end of the bytes; expected more");
}
