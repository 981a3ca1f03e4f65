/** CRC-32C (Castagnoli), the check of record batches; Node has only the other polynomial, and a loop of ours is ten times slower. */
import { crc32c } from "@node-rs/crc32";

export function checksum(bytes: Uint8Array): number {
  return crc32c(bytes) >>> 0;
}
