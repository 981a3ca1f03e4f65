/**
 * Codecs of record batches that are read. Each is bounded: what a batch says about its own size is not believed.
 *
 * gzip is Node's; snappy and lz4 are packages with native code that may be left out; zstd is plain JavaScript, since Node 20
 * has none.
 */
import { gunzipSync } from "node:zlib";
import { AffinityError, messageOf } from "../../core/errors.js";
import { bytesOf, functionOf, loadPackage, MissingPackage } from "./codec-packages.js";

/** Bytes that the records of one batch may have when decompressed. */
export const decompressedLimitBytes = 128 * 1024 * 1024;

type Decompress = (packed: Buffer, limit: number) => Buffer;

interface Codec {
  readonly name: string;
  readonly decompress: Decompress;
}

/** By the lowest three bits of a batch's attributes. */
const codecs: readonly (Codec | undefined)[] = [
  undefined,
  { name: "gzip", decompress: (packed, limit) => gunzipSync(packed, { maxOutputLength: limit }) },
  { name: "snappy", decompress: snappyBatch },
  { name: "lz4", decompress: lz4Frame },
  { name: "zstd", decompress: zstdFrames },
];

/**
 * Decompresses the records of a batch.
 *
 * @param codec 1 to 7.
 * @param subject The topic, partition and offset, for errors.
 * @throws CONFIG_INVALID for a codec that nobody knows or whose package is missing, CHANGELOG_DAMAGED.
 */
export function decompress(packed: Buffer, codec: number, subject: string): Buffer {
  const known = codecs[codec];
  if (known === undefined)
    throw new AffinityError(
      "CONFIG_INVALID",
      `${subject}: its batch has compression ${codec}, which is none of gzip, snappy, lz4 and zstd; write the topic with one of these`,
    );
  try {
    return known.decompress(packed, decompressedLimitBytes);
  } catch (error) {
    if (error instanceof MissingPackage)
      throw new AffinityError(
        "CONFIG_INVALID",
        `${subject}: its batch is compressed with ${known.name}, and the optional package ${error.message} is not installed or not for this machine; npm install ${error.message}`,
        { cause: error },
      );
    throw new AffinityError(
      "CHANGELOG_DAMAGED",
      `${subject}: its batch cannot be decompressed with ${known.name}: ${messageOf(error)}; at most ${decompressedLimitBytes} bytes of ${known.name} data would be right`,
      { cause: error },
    );
  }
}

/** What Java's snappy streams begin with: blocks with a length before each. Others write one plain block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;

function snappyBatch(packed: Buffer, limit: number): Buffer {
  const uncompress = functionOf("snappy", "uncompressSync");
  if (!packed.subarray(0, xerialMagic.length).equals(xerialMagic)) return snappyBlock(uncompress, packed, limit);
  const blocks: Buffer[] = [];
  let left = limit;
  for (let at = xerialHeaderBytes; at < packed.length; ) {
    const length = packed.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > packed.length) throw new Error(`a block of ${length} bytes`);
    const block = snappyBlock(uncompress, packed.subarray(at, at + length), left);
    left -= block.length;
    blocks.push(block);
    at += length;
  }
  return Buffer.concat(blocks);
}

// The package allocates what the block announces in its first bytes.
function snappyBlock(uncompress: (packed: Buffer) => unknown, block: Buffer, limit: number): Buffer {
  let announced = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index] ?? 0;
    announced += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  if (announced > limit) throw new Error(`it announces ${announced} bytes`);
  return bytesOf(uncompress(block));
}

// At most 255 bytes come from one, so that a request's bound is one of its result as well.
function lz4Frame(packed: Buffer, limit: number): Buffer {
  const plain = bytesOf(functionOf("lz4-napi", "decompressFrameSync")(packed));
  if (plain.length > limit) throw new Error(`it has ${plain.length} bytes`);
  return plain;
}

function zstdFrames(packed: Buffer, limit: number): Buffer {
  const module = loadPackage("fzstd");
  const Decompress: unknown =
    typeof module === "object" && module !== null ? Reflect.get(module, "Decompress") : undefined;
  if (typeof Decompress !== "function") throw new MissingPackage("fzstd");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stream: unknown = Reflect.construct(Decompress, [
    (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > limit) throw new Error(`it has more than ${limit} bytes`);
      chunks.push(chunk.slice());
    },
  ]);
  if (!(typeof stream === "object" && stream !== null)) throw new MissingPackage("fzstd");
  const push: unknown = Reflect.get(stream, "push");
  if (typeof push !== "function") throw new MissingPackage("fzstd");
  Reflect.apply(push, stream, [packed, true]);
  return Buffer.concat(chunks);
}
