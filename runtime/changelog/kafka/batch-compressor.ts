/**
 * Compresses the records of batches that we write. Whoever reads them finds the codec in each batch: Java's consumer, librdkafka
 * and brokers, which look into batches of compacted topics, take all that is made here.
 *
 * snappy is one plain block, as librdkafka writes it, and not Java's stream of blocks; lz4 is a frame of independent blocks,
 * the only ones that Java reads.
 */
import { gzip, gzipSync } from "node:zlib";
import { AffinityError } from "../../core/errors.js";
import { bytesOf, functionOf, type LoadPackage, loadPackage, MissingPackage } from "./codec-packages.js";
import { decompressedLimitBytes } from "./decompression.js";
import { recordsOf, withCompressedRecords } from "./record-batch.js";

/** What `changelog.compression` may be. */
export type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

interface Codec {
  /** By which the attributes of a batch name it. */
  readonly id: number;
  readonly now: (plain: Buffer) => unknown;
  /** The same in a thread of Node's pool. */
  readonly aside: (plain: Buffer) => Promise<unknown>;
}

/**
 * Records of up to so many bytes are compressed at once, which for gzip takes 0.1 to 0.2 ms, about as long as encoding them. A
 * thread costs the event loop 0.02 ms and the append twice the time; for a megabyte that is 0.1 ms in place of 5 to 100.
 */
const atOnceBytes = 16 * 1024;

/** Level 6, the default, makes batches of rows 5 % smaller and takes three to four times as long. */
const gzipOptions = { level: 1 } as const;

/**
 * Compresses by a setting; undefined for `none`.
 *
 * @throws CONFIG_INVALID when this machine has no such codec.
 */
export function openBatchCompressor(
  compression: Compression,
  load: LoadPackage = loadPackage,
): BatchCompressor | undefined {
  if (compression === "none") return undefined;
  try {
    return new BatchCompressor(codecOf(compression, load));
  } catch (error) {
    if (error instanceof MissingPackage) throw missing(compression, error);
    throw error;
  }
}

export class BatchCompressor {
  readonly #codec: Codec;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** The batch with its records compressed; itself where that makes it no smaller, or where it could not be read again. */
  async compressed(batch: Buffer): Promise<Buffer> {
    const plain = recordsOf(batch);
    if (plain.length > decompressedLimitBytes) return batch;
    const { id, now, aside } = this.#codec;
    const packed = bytesOf(plain.length <= atOnceBytes ? now(plain) : await aside(plain));
    return packed.length < plain.length ? withCompressedRecords(batch, packed, id) : batch;
  }
}

function codecOf(compression: Exclude<Compression, "none">, load: LoadPackage): Codec {
  switch (compression) {
    case "gzip":
      return { id: 1, now: (plain) => gzipSync(plain, gzipOptions), aside: gzipAside };
    case "snappy":
      return packageCodec(2, functionOf("snappy", "compressSync", load), functionOf("snappy", "compress", load));
    case "lz4":
      return packageCodec(
        3,
        functionOf("lz4-napi", "compressFrameSync", load),
        functionOf("lz4-napi", "compressFrame", load),
      );
    case "zstd": {
      const aside = functionOf("node:zlib", "zstdCompress", load);
      return {
        id: 4,
        now: functionOf("node:zlib", "zstdCompressSync", load),
        aside: (plain) => called((done) => aside(plain, done)),
      };
    }
  }
}

function packageCodec(id: number, now: Codec["now"], aside: (plain: Buffer) => unknown): Codec {
  return { id, now: (plain) => now(plain), aside: async (plain) => aside(plain) };
}

function gzipAside(plain: Buffer): Promise<unknown> {
  return called((done) => gzip(plain, gzipOptions, done));
}

function called(start: (done: (error: Error | null, packed: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, packed) => (error === null ? resolve(packed) : reject(error)));
  });
}

function missing(compression: Compression, cause: MissingPackage): AffinityError {
  const text =
    compression === "zstd"
      ? `Node.js ${process.versions.node} cannot write zstd; run the node with 22.15 or newer, or set it to "lz4" or "gzip"`
      : `"${compression}" needs the optional package ${cause.message}, which is not installed or not for this machine; npm install ${cause.message}, or set it to "gzip"`;
  return new AffinityError("CONFIG_INVALID", `changelog.compression: ${text}`, { cause });
}
