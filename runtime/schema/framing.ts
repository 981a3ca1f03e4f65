/**
 * Frames of Avro values in topics.
 *
 *   0      magic byte, always 0
 *   1..4   schema id, unsigned, big-endian
 *   5..    Avro binary
 *
 * Source: Confluent, "Wire format".
 */
import { withPlace } from "./explain.js";
import { fault } from "./fault.js";

/** Bytes before the Avro binary. */
export const frameHeadBytes = 5;

/** What a frame holds. `payload` is a view of the frame. */
export interface Frame {
  readonly schemaId: number;
  readonly payload: Uint8Array;
}

/** Puts the head of a frame before Avro binary. @param schemaId 0 to 2^32 - 1. */
export function frame(schemaId: number, payload: Uint8Array): Uint8Array {
  const framed = new Uint8Array(frameHeadBytes + payload.length);
  for (let index = 1; index < frameHeadBytes; index += 1) framed[index] = schemaId >>> (8 * (4 - index));
  framed.set(payload, frameHeadBytes);
  return framed;
}

/** Takes a frame apart. @throws VALUE_INVALID for what is too short or has another magic byte. */
export function unframe(framed: Uint8Array): Frame {
  const [magic] = framed;
  if (framed.length < frameHeadBytes || magic !== 0) {
    const found = magic === 0 || magic === undefined ? `${framed.length} bytes` : `the magic byte ${magic}`;
    throw withPlace(
      fault(`found ${found}; expected a frame: the byte 0, four bytes of schema id, Avro binary`),
      "frame",
      "",
    );
  }
  let schemaId = 0;
  for (let index = 1; index < frameHeadBytes; index += 1) schemaId = schemaId * 256 + (framed[index] ?? 0);
  return { schemaId, payload: framed.subarray(frameHeadBytes) };
}
