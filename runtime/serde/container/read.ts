/**
 * Reads container files as streams: memory holds one block. Truncated, corrupt and hostile files are VALUE_INVALID with
 * the name of the file, the block and the byte.
 *
 * Source: Avro 1.12 specification, "Object Container Files".
 */
import { AffinityError, isAffinityError } from "../../core/errors.js";
import { interpretedType } from "../../schema/entity-type.js";
import { fault } from "../../schema/fault.js";
import { emptyItemsLimit } from "../../schema/limits.js";
import { definedBy } from "../../schema/raw-schema.js";
import { Reader } from "../../schema/reader.js";
import type { EntityType } from "../../schema/type.js";
import { type ReadValue, readerOf } from "../reading.js";
import { ByteSource } from "./byte-source.js";
import { type BlockCodec, codecOf } from "./codecs.js";
import { type ContainerHeader, isSame, readHeader, syncBytes } from "./header.js";

/** Bytes of one block, as it stands in the file and decompressed. */
export const defaultBlockBytesLimit = 64 * 1024 * 1024;

export interface ContainerReadOptions {
  /** What errors call the file. Default `container file`. */
  readonly name?: string;
  /** Bytes that a block may have, compressed and not. Default 64 MiB; most writers make blocks of 64 KiB. */
  readonly blockBytesLimit?: number;
}

/** A file whose head was read. Its values are read once, and stopping early closes the source. */
export interface Container extends Omit<ContainerHeader, "sync"> {
  /** The values as a type: of the writer's own schema, or of one that it resolves to. @throws SCHEMA_INCOMPATIBLE else */
  values<T, I>(type: EntityType<T, I>): AsyncGenerator<T, void, undefined>;
  /** The values as the writer's schema has them. */
  values(): AsyncGenerator<unknown, void, undefined>;
  /** Closes the source, for those who read no values. */
  close(): Promise<void>;
}

/** Node's and web streams of bytes are such sources. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** Reads the head of a file. @throws VALUE_INVALID when there is none; CONFIG_INVALID where its codec is not installed. */
export async function openContainer(stream: ByteStream, options: ContainerReadOptions = {}): Promise<Container> {
  const file = new OpenFile(new ByteSource(stream), options);
  try {
    const header = await readHeader(file.source);
    const blocks = new Blocks(file, header, await codecOf(header.codec));
    const writer = definedBy(header.schema);
    return {
      schema: header.schema,
      codec: header.codec,
      metadata: header.metadata,
      values: <T, I>(type?: EntityType<T, I>) =>
        type === undefined
          ? blocks.values(readerOf(interpretedType(writer), writer, file.name))
          : blocks.values(readerOf(type, writer, file.name)),
      close: () => file.source.close(),
    };
  } catch (error) {
    await file.source.close();
    throw file.placed(error, "its head");
  }
}

/** Reads the values of a file as a type. See `openContainer`. */
export async function* readContainer<T, I>(
  type: EntityType<T, I>,
  stream: ByteStream,
  options: ContainerReadOptions = {},
): AsyncGenerator<T, void, undefined> {
  const container = await openContainer(stream, options);
  yield* container.values(type);
}

class OpenFile {
  readonly source: ByteSource;
  readonly name: string;
  readonly blockBytesLimit: number;

  constructor(source: ByteSource, options: ContainerReadOptions) {
    this.source = source;
    this.name = options.name ?? "container file";
    this.blockBytesLimit = options.blockBytesLimit ?? defaultBlockBytesLimit;
  }

  /** The fault with its place. Errors of the source itself, and those that are no faults of bytes, stay what they are. */
  placed(error: unknown, where: string): unknown {
    if (!isAffinityError(error) || error.code !== "VALUE_INVALID") return error;
    const detail = `${this.name}: ${where}, at byte ${this.source.offset}: ${error.detail}`;
    return new AffinityError("VALUE_INVALID", detail, { pointer: error.pointer ?? "", cause: error });
  }
}

class Blocks {
  readonly #file: OpenFile;
  readonly #header: ContainerHeader;
  readonly #codec: BlockCodec;

  constructor(file: OpenFile, header: ContainerHeader, codec: BlockCodec) {
    this.#file = file;
    this.#header = header;
    this.#codec = codec;
  }

  async *values<T>(read: ReadValue<T>): AsyncGenerator<T, void, undefined> {
    const { source } = this.#file;
    let block = 1;
    // Of the value that is read; 0 between blocks.
    let index = 0;
    try {
      for (; !(await source.isAtEnd()); block += 1) {
        const { count, bytes } = await this.#block();
        const input = new Reader(bytes);
        for (index = 1; index <= count; index += 1) {
          input.begin();
          yield read(input);
        }
        index = 0;
        if (input.remaining > 0) {
          throw fault(`found ${input.remaining} bytes after the ${count} values of the block; expected its end`);
        }
      }
    } catch (error) {
      throw this.#file.placed(error, index === 0 ? `block ${block}` : `value ${index} of block ${block}`);
    } finally {
      await source.close();
    }
  }

  async #block(): Promise<{ readonly count: number; readonly bytes: Uint8Array }> {
    const { source, blockBytesLimit } = this.#file;
    const count = await source.long("the number of values of a block");
    const size = await source.long("the size of a block");
    if (count < 0 || size < 0) throw fault(`found ${count} values in ${size} bytes; expected no negative number`);
    if (size > blockBytesLimit) {
      throw fault(`found a block of ${size} bytes; expected at most ${blockBytesLimit}, or a higher blockBytesLimit`);
    }
    const packed = await source.take(size, "a block");
    const sync = await source.take(syncBytes, "the sync marker after a block");
    if (!isSame(sync, this.#header.sync)) {
      throw fault("found another sync marker after the block; expected the file's own: the block is corrupt");
    }
    const bytes = await this.#codec.decompress(packed, blockBytesLimit);
    if (count > bytes.length && count > emptyItemsLimit) {
      throw fault(`found ${count} values in ${bytes.length} bytes; expected no more values than bytes`);
    }
    return { count, bytes };
  }
}
