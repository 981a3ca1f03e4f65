/** Bounds of values, so that hostile bytes and texts are errors in bounded time and memory. They hold for writing too. */

/**
 * Values of recursive types that may stand in each other, and brackets of a JSON text whose type is not known. Where arrays,
 * maps and unions stand between such values, the stack may end before: that is the same error.
 */
export const nestingLimit = 1000;

/** Values of any kind in each other that are compared: more than any value has that a codec took. */
export const comparedNestingLimit = 4 * nestingLimit;

/** Items of arrays that take no bytes at all (`null`, records without fields), in one message. */
export const emptyItemsLimit = 100_000;

/** Bytes of one value in Avro binary. */
export const valueBytesLimit = 1 << 30;
