/**
 * `RecordHeaders.repair`: the version that a repaired row keeps.
 *
 *   0..7    epoch   8..15   batch   16..23  offset      unsigned, big-endian
 */
import type { StoredRow } from "../memstore/memstore.js";

const bytes = 24;

/** What of a row makes its version. */
export type Version = Pick<StoredRow, "epoch" | "batch" | "offset">;

export function encodeRepair({ epoch, batch, offset }: Version): Uint8Array {
  const header = Buffer.allocUnsafe(bytes);
  header.writeBigUInt64BE(BigInt(epoch), 0);
  header.writeBigUInt64BE(BigInt(batch), 8);
  header.writeBigUInt64BE(offset, 16);
  return header;
}

/** undefined when it is none of ours. */
export function decodeRepair(header: Uint8Array): Version | undefined {
  if (header.length !== bytes) return undefined;
  const view = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  return {
    epoch: Number(view.readBigUInt64BE(0)),
    batch: Number(view.readBigUInt64BE(8)),
    offset: view.readBigUInt64BE(16),
  };
}
