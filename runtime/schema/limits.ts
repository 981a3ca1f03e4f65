/** Bounds of values, so that hostile bytes and texts are errors in bounded time and memory. They hold for writing too. */

/** Records, arrays, maps and unions of recursive types that may stand in each other: see `Reader.enter`. */
export const nestingLimit = 1000;

/** Brackets of a JSON text that may stand in each other: a nested value takes up to four. */
export const jsonNestingLimit = 4 * nestingLimit;

/** Items of arrays that take no bytes at all (`null`, records without fields), in one message. */
export const emptyItemsLimit = 100_000;

/** Bytes of one value in Avro binary. */
export const valueBytesLimit = 1 << 30;
