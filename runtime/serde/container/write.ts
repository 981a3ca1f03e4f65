/** Writes container files as streams: memory holds one block. See `header.ts` for the layout. */
import { AffinityError } from "../../core/errors.js";
import { type Random, systemRandom } from "../../core/random.js";
import { schemaText } from "../../schema/schema-document.js";
import type { EntityType } from "../../schema/type.js";
import { Writer } from "../../schema/writer.js";
import { type CodecName, codecOf } from "./codecs.js";
import { headerBytes, syncBytes } from "./header.js";

/** Bytes of values after which a block ends; Java's writer has nearly the same. */
const defaultBlockBytes = 64 * 1024;

export interface ContainerWriteOptions {
  /** Default `null`: nothing is compressed. */
  readonly codec?: CodecName;
  /** A block ends with the value that makes it this long. Default 64 KiB. */
  readonly blockBytes?: number;
  /** Notes for readers; names that begin with `avro.` are the specification's. */
  readonly metadata?: { readonly [name: string]: string | Uint8Array };
  /** Makes the sync marker. Default the machine's. */
  readonly random?: Random;
}

/**
 * The bytes of a container file: its head, then a piece for each block. `Readable.from` and `ReadableStream.from` make
 * streams of it.
 *
 * @throws VALUE_INVALID with a pointer for a value that does not fit; pieces that were given before are whole blocks.
 */
export async function* writeContainer<T, I>(
  type: EntityType<T, I>,
  values: Iterable<I> | AsyncIterable<I>,
  options: ContainerWriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { codec: codecName = "null", blockBytes = defaultBlockBytes, random = systemRandom } = options;
  const codec = await codecOf(codecName);
  const sync = syncMarker(random);
  yield headerBytes({ metadata: metadataOf(type, codecName, options.metadata ?? {}), sync });
  const block = new Writer();
  let count = 0;
  const finished = async (): Promise<Uint8Array> => {
    const packed = await codec.compress(block.finish());
    const out = new Writer();
    out.long(BigInt(count));
    out.bytes(packed);
    out.raw(sync);
    count = 0;
    return out.finish();
  };
  for await (const value of values) {
    type.write(block, value);
    count += 1;
    if (block.length >= blockBytes || count >= countLimit) yield await finished();
  }
  if (count > 0) yield await finished();
}

/** Values of a block: those that take no bytes would else make one without end. */
const countLimit = 100_000;

function metadataOf(
  { define }: { readonly define: EntityType<unknown>["define"] },
  codec: CodecName,
  notes: { readonly [name: string]: string | Uint8Array },
): ReadonlyMap<string, Uint8Array> {
  const encoder = new TextEncoder();
  const metadata = new Map<string, Uint8Array>([
    ["avro.schema", encoder.encode(schemaText(define))],
    ["avro.codec", encoder.encode(codec)],
  ]);
  for (const [name, value] of Object.entries(notes)) {
    if (name.startsWith("avro.")) {
      throw new AffinityError(
        "CONFIG_INVALID",
        `metadata ${name}: names that begin with avro. are reserved; rename it`,
      );
    }
    metadata.set(name, typeof value === "string" ? encoder.encode(value) : value);
  }
  return metadata;
}

function syncMarker(random: Random): Uint8Array {
  const sync = new Uint8Array(syncBytes);
  const view = new DataView(sync.buffer);
  view.setBigUint64(0, random.bits64());
  view.setBigUint64(8, random.bits64());
  return sync;
}
