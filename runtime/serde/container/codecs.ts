/**
 * Codecs of container files (Avro 1.12 specification, "Required Codecs" and "Optional Codecs"): the two required ones, and
 * snappy where the package of that name is installed.
 */
import { crc32, deflateRaw, inflateRaw } from "node:zlib";
import { AffinityError, messageOf } from "../../core/errors.js";
import { fault } from "../../schema/fault.js";

export interface BlockCodec {
  compress(block: Uint8Array): Promise<Uint8Array>;
  /** @param limit Bytes that the block may have at most. @throws VALUE_INVALID without a place */
  decompress(block: Uint8Array, limit: number): Promise<Uint8Array>;
}

export const codecNames = ["null", "deflate", "snappy"] as const;
export type CodecName = (typeof codecNames)[number];

export function isCodecName(name: string): name is CodecName {
  return codecNames.some((known) => known === name);
}

/** @throws CONFIG_INVALID for snappy without its package. */
export async function codecOf(name: CodecName): Promise<BlockCodec> {
  switch (name) {
    case "null":
      return { compress: async (block) => block, decompress: async (block) => block };
    case "deflate":
      return { compress: deflated, decompress: inflated };
    case "snappy":
      return snappyCodec();
  }
}

function deflated(block: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(block, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function inflated(block: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    inflateRaw(block, { maxOutputLength: limit }, (error, result) => {
      if (error === null) resolve(result);
      else if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE") reject(tooLarge(limit));
      else reject(fault(`found a deflated block that cannot be inflated: ${error.message}; expected raw deflate data`));
    });
  });
}

function tooLarge(limit: number): AffinityError {
  return fault(
    `found a block of more than ${limit} bytes when decompressed; expected fewer, or a higher blockBytesLimit`,
  );
}

/** The block, and behind it "the 4-byte, big-endian CRC32 checksum of the uncompressed data". */
async function snappyCodec(): Promise<BlockCodec> {
  const { compress, uncompress } = await loadSnappy();
  return {
    async compress(block) {
      const packed = await compress(Buffer.from(block.buffer, block.byteOffset, block.length));
      const framed = Buffer.alloc(packed.length + 4);
      packed.copy(framed);
      framed.writeUInt32BE(crc32(block), packed.length);
      return framed;
    },
    async decompress(block, limit) {
      if (block.length < 5) throw fault(`found a snappy block of ${block.length} bytes; expected at least 5`);
      const packed = Buffer.from(block.buffer, block.byteOffset, block.length - 4);
      // The package allocates what the block announces.
      const announced = announcedBytes(packed);
      if (announced > limit) throw tooLarge(limit);
      const plain = await unpacked(uncompress, packed);
      if (plain.length !== announced) throw fault(`found ${plain.length} bytes; expected the ${announced} announced`);
      const expected = new DataView(block.buffer, block.byteOffset).getUint32(block.length - 4);
      if (crc32(plain) !== expected) throw fault("found a block whose CRC32 does not fit; expected the one behind it");
      return plain;
    },
  };
}

async function unpacked(uncompress: Snappy["uncompress"], packed: Buffer): Promise<Uint8Array> {
  try {
    const plain = await uncompress(packed, { asBuffer: true });
    if (typeof plain !== "string") return plain;
  } catch (error) {
    throw fault(`found a snappy block that cannot be decompressed: ${messageOf(error)}; expected snappy data`);
  }
  throw new Error("assertion failed: snappy gives bytes where it is asked for them");
}

/** The length that snappy data begins with: an unsigned number of 32 bits, seven bits a byte. */
function announcedBytes(packed: Uint8Array): number {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = packed[index] ?? 0x80;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length;
  }
  throw fault("found a snappy block without a length; expected one");
}

type Snappy = typeof import("snappy");

async function loadSnappy(): Promise<Snappy> {
  try {
    return await import("snappy");
  } catch (error) {
    const text = "snappy: the optional package snappy is not installed or not for this machine; npm install snappy";
    throw new AffinityError("CONFIG_INVALID", text, { cause: error });
  }
}
