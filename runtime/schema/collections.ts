/** Arrays, maps and enums of static codecs: their loops stand here once, and not in every generated file. */
import { mismatch, symbolList } from "./fault.js";
import { isObject } from "./member.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Symbols from which on a table is faster than looking at each. */
const tableSize = 12;

/** Appends an array: one block, and none when it is empty. */
export function writeArray<T>(out: Writer, value: readonly T[], writeItem: (out: Writer, item: T) => void): void {
  if (!Array.isArray(value)) throw mismatch("an array", value);
  const count = value.length;
  if (count > 0) {
    out.index(count);
    const before = out.length;
    for (const item of value) writeItem(out, item);
    out.endItems(count, before);
  }
  out.index(0);
}

/** Reads an array of any number of blocks. */
export function readArray<T>(input: Reader, readItem: (input: Reader) => T): T[] {
  const items: T[] = [];
  for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
    const { position, blockEnd } = input;
    for (let index = 0; index < count; index += 1) items.push(readItem(input));
    input.endBlock(count, position, blockEnd);
  }
  return items;
}

/** Appends a map: its own enumerable members, in one block. */
export function writeMap<T>(
  out: Writer,
  value: { readonly [key: string]: T },
  writeValue: (out: Writer, value: T) => void,
): void {
  if (!isObject(value)) throw mismatch("a map (an object)", value);
  const keys = Object.keys(value);
  if (keys.length > 0) {
    out.index(keys.length);
    for (const key of keys) {
      const item = value[key];
      if (item === undefined) throw mismatch(`a value for ${key}`, item);
      out.string(key);
      writeValue(out, item);
    }
  }
  out.index(0);
}

/** Reads a map into an object without prototype; of keys that come twice the last one counts. */
export function readMap<T>(input: Reader, readValue: (input: Reader) => T): { [key: string]: T } {
  const map: { [key: string]: T } = Object.create(null);
  for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
    const { position, blockEnd } = input;
    for (let index = 0; index < count; index += 1) {
      const key = input.string();
      map[key] = readValue(input);
    }
    input.endBlock(count, position, blockEnd);
  }
  return map;
}

/** Appends an enum: the position of the symbol. */
export function writeEnum<T extends string>(out: Writer, value: T, symbols: readonly T[]): void {
  const position = symbols.length < tableSize ? symbols.indexOf(value) : positionsOf(symbols).get(value);
  if (position === undefined || position < 0) throw mismatch(`one of ${symbolList(symbols)}`, value);
  out.index(position);
}

/** Reads an enum. */
export function readEnum<T extends string>(input: Reader, symbols: readonly T[]): T {
  const symbol = symbols[input.index(symbols.length)];
  if (symbol === undefined) throw mismatch("a symbol", symbol);
  return symbol;
}

const positions = /*@__PURE__*/ new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function positionsOf(symbols: readonly string[]): ReadonlyMap<string, number> {
  let table = positions.get(symbols);
  if (table === undefined) {
    table = new Map(symbols.map((symbol, index) => [symbol, index]));
    positions.set(symbols, table);
  }
  return table;
}
