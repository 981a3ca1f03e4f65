/**
 * Confluent framing of keys and values.
 *
 *   0      magic byte, always 0
 *   1..4   schema id, unsigned, big-endian
 *   5..    Avro binary
 *
 * Source: Confluent, "Wire format".
 */

/** Bytes in front of the Avro binary. */
export const frameHeaderBytes = 5;

/** Puts the frame in front of Avro binary. */
export function framed(schemaId: number, avro: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + avro.length);
  bytes[0] = 0;
  bytes[1] = schemaId >>> 24;
  bytes[2] = schemaId >>> 16;
  bytes[3] = schemaId >>> 8;
  bytes[4] = schemaId;
  bytes.set(avro, frameHeaderBytes);
  return bytes;
}

/** Schema id of framed bytes, or undefined when they are not framed. */
export function frameId(bytes: Uint8Array): number | undefined {
  if (bytes.length < frameHeaderBytes || bytes[0] !== 0) return undefined;
  const [, first = 0, second = 0, third = 0, fourth = 0] = bytes;
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

/** The Avro binary of framed bytes, not copied. */
export function unframed(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(frameHeaderBytes);
}
