/**
 * The head of a container file.
 *
 *   0..3   `Obj` and the byte 1
 *   4..    metadata, a map of bytes; among it `avro.schema` and `avro.codec`
 *          16 bytes that follow each block, the sync marker
 *
 * Source: Avro 1.12 specification, "Object Container Files".
 */
import { fault } from "../../schema/fault.js";
import { Writer } from "../../schema/writer.js";
import type { ByteSource } from "./byte-source.js";
import { type CodecName, codecNames, isCodecName } from "./codecs.js";

export const magic: Uint8Array = /*@__PURE__*/ Uint8Array.of(0x4f, 0x62, 0x6a, 1);
export const syncBytes = 16;

/** Bytes and entries of metadata that are read; a schema has at most 8 MiB. */
const metadataBytesLimit = 16 * 1024 * 1024;
const metadataEntriesLimit = 10_000;

export interface ContainerHeader {
  /** JSON text of the writer's schema. */
  readonly schema: string;
  readonly codec: CodecName;
  /** What the writer noted, also under the names that begin with `avro.`. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly sync: Uint8Array;
}

/** @throws VALUE_INVALID without a place */
export async function readHeader(source: ByteSource): Promise<ContainerHeader> {
  const found = await source.take(magic.length, "the head of an Avro container file");
  if (!isSame(found, magic)) {
    throw fault(`found a file that begins with ${hex(found)}; expected ${hex(magic)}, an Avro container file`);
  }
  const metadata = await readMetadata(source);
  const sync = Uint8Array.from(await source.take(syncBytes, "the sync marker"));
  const schema = metadata.get("avro.schema");
  if (schema === undefined) throw fault('found no "avro.schema" in the metadata; expected the writer\'s schema');
  const codec = text(metadata.get("avro.codec") ?? new Uint8Array(0)) || "null";
  if (!isCodecName(codec)) {
    throw fault(`found the codec ${JSON.stringify(codec.slice(0, 40))}; expected ${codecNames.join(", ")}`);
  }
  return { schema: text(schema), codec, metadata, sync };
}

async function readMetadata(source: ByteSource): Promise<ReadonlyMap<string, Uint8Array>> {
  const metadata = new Map<string, Uint8Array>();
  let budget = metadataBytesLimit;
  const piece = async (what: string): Promise<Uint8Array> => {
    const size = await source.long(`the length of ${what}`);
    if (size < 0 || size > budget) throw fault(`found the length ${size} of ${what}; expected at most ${budget}`);
    budget -= size;
    // A copy: it outlives the piece that it came in.
    return Uint8Array.from(await source.take(size, what));
  };
  for (let entries = 0; ; ) {
    const count = await source.long("the number of metadata entries");
    if (count === 0) return metadata;
    // A negative count comes with the size in bytes, for readers that skip it.
    if (count < 0) await source.long("the size of the metadata");
    entries += Math.abs(count);
    if (entries > metadataEntriesLimit) {
      throw fault(`found ${entries} metadata entries; expected at most ${metadataEntriesLimit}`);
    }
    for (let index = 0; index < Math.abs(count); index += 1) {
      const name = text(await piece("a metadata name"));
      metadata.set(name, await piece("a metadata value"));
    }
  }
}

/** The head's bytes. */
export function headerBytes({ metadata, sync }: Pick<ContainerHeader, "metadata" | "sync">): Uint8Array {
  const out = new Writer();
  out.raw(magic);
  out.index(metadata.size);
  for (const [name, value] of metadata) {
    out.string(name);
    out.bytes(value);
  }
  out.index(0);
  out.raw(sync);
  return out.finish();
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw fault("found metadata that is not UTF-8; expected UTF-8");
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}
