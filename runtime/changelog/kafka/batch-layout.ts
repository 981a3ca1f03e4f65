/**
 * Record batches, format 2 (Kafka documentation, "Record Batch"):
 *
 *   base offset 8, length 4, leader epoch 4, magic 1, crc 4,
 *   attributes 2, last offset delta 4, base timestamp 8, max timestamp 8, producer id 8, producer epoch 2, base sequence 4,
 *   records 4, then each record: length, attributes 1, timestamp delta, offset delta, key, value, headers
 */

export const magic = 2;

/** Where parts of a batch begin. */
export const lengthAt = 8;
export const magicAt = 16;
export const crcAt = 17;
/** From here on the checksum covers everything, so that the leader may fill in what stands before. */
export const attributesAt = 21;
/** Producer id, producer epoch, base sequence. */
export const authorAt = 43;
export const recordsAt = 61;

/** Up to and with the length, which does not count them. */
export const prefixBytes = 12;

/** Bits of the attributes. */
export const codecBits = 0x07;
export const logAppendTimeBit = 0x08;
export const isTransactionalBit = 0x10;
export const controlBit = 0x20;
