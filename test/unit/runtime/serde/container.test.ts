import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../../runtime/core/random.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { longType, nullType } from "../../../../runtime/schema/primitive-types.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { type ContainerReadOptions, openContainer, readContainer } from "../../../../runtime/serde/container/read.js";
import { type ContainerWriteOptions, writeContainer } from "../../../../runtime/serde/container/write.js";

const type = interpretedType(
  definedBy('{"type":"record","name":"s.A","fields":[{"name":"id","type":"long"},{"name":"text","type":"string"}]}'),
);
const values = Array.from({ length: 500 }, (_, index) => ({ id: BigInt(index) << 50n, text: "x".repeat(index) }));

async function written(options: ContainerWriteOptions = {}, count = values.length): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeContainer(type, values.slice(0, count), { random: new SeededRandom(1), ...options }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The file in pieces of a size, as a disk or network gives it. */
async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, options: ContainerReadOptions = {}, size?: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of readContainer(type, pieces(bytes, size), options)) found.push(value);
  return found;
}

describe("container files", () => {
  it("come back as they were written, with every codec, in blocks and pieces of any size", async () => {
    for (const codec of ["null", "deflate", "snappy"] as const) {
      for (const blockBytes of [1, 5000, 1_000_000]) {
        const bytes = await written({ codec, blockBytes });
        expect(await read(bytes)).toEqual(values);
        expect(await read(bytes, {}, 7)).toEqual(values);
      }
    }
  });

  it("are read from streams of Node.js and of the web", async () => {
    const bytes = await written();
    const node = Readable.from(pieces(bytes));
    const web = new Blob([new Uint8Array(bytes)]).stream();
    for (const stream of [node, web]) {
      const found: unknown[] = [];
      for await (const value of readContainer(type, stream)) found.push(value);
      expect(found).toEqual(values);
    }
  });

  it("tell schema, codec and metadata, and give values without a type", async () => {
    const bytes = await written({ codec: "deflate", metadata: { note: "hello", raw: Uint8Array.of(255) } });
    const container = await openContainer(pieces(bytes));
    expect(JSON.parse(container.schema)).toEqual(type.schema);
    expect(container.codec).toBe("deflate");
    expect(Buffer.from(container.metadata.get("note") ?? []).toString()).toBe("hello");
    expect(container.metadata.get("raw")).toEqual(Uint8Array.of(255));
    const found: unknown[] = [];
    for await (const value of container.values()) found.push(value);
    expect(found).toEqual(values);
  });

  it("are read with a schema that differs from the file's, value by value", async () => {
    const reader = interpretedType(
      definedBy(
        '{"type":"record","name":"s.A","fields":[{"name":"note","type":["null","string"],"default":null},{"name":"id","type":"double"}]}',
      ),
    );
    const found: unknown[] = [];
    for await (const value of readContainer(reader, pieces(await written({ blockBytes: 5000 })))) found.push(value);
    expect(found).toEqual(values.map(({ id }) => ({ note: null, id: Number(id) })));
    const wrong = interpretedType(
      definedBy('{"type":"record","name":"s.A","fields":[{"name":"id","type":"boolean"}]}'),
    );
    await expect(readContainer(wrong, pieces(await written())).next()).rejects.toMatchObject({
      code: "SCHEMA_INCOMPATIBLE",
    });
  });

  it("close their source when the reader stops early", async () => {
    let isClosed = false;
    async function* source(bytes: Buffer): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(bytes, 100);
      } finally {
        isClosed = true;
      }
    }
    for await (const value of readContainer(type, source(await written()))) {
      expect(value).toEqual(values[0]);
      break;
    }
    expect(isClosed).toBe(true);
  });

  it("hold one block at a time: values are given before the source has ended", async () => {
    const bytes = await written({ blockBytes: 1000 });
    let given = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(bytes, 500)) {
        given += piece.length;
        yield piece;
      }
    }
    for await (const _ of readContainer(type, source())) break;
    expect(given).toBeLessThan(5000);
  });

  it("every truncation and every changed byte is an error with a place, or changes values only", async () => {
    for (const codec of ["null", "deflate", "snappy"] as const) {
      const bytes = await written({ codec, blockBytes: 500 }, 60);
      const blocks =
        1 + [...bytes.keys()].filter((at) => bytes.subarray(at, at + 16).equals(bytes.subarray(-16))).length;
      expect(blocks).toBeGreaterThan(codec === "snappy" ? 4 : 4);
      for (let at = 0; at < bytes.length - 1; at += 1 + (at % 97)) {
        const isBoundary = at > 20 && bytes.subarray(at - 16, at).equals(bytes.subarray(-16));
        const outcome = await read(bytes.subarray(0, at)).catch((error: unknown) => error);
        if (isBoundary) expect(Array.isArray(outcome)).toBe(true);
        else expect(outcome, `${codec} cut at ${at}`).toMatchObject({ code: "VALUE_INVALID", detail: /at byte \d+: / });
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        const answer = await read(changed).catch((error: unknown) => error);
        if (!Array.isArray(answer)) expect(["VALUE_INVALID", "SCHEMA_OTHER"]).toContain(Object(answer).code);
      }
    }
  });

  it("name file, block and byte of a fault", async () => {
    const bytes = await written({ blockBytes: 10_000 });
    await expect(read(bytes.subarray(0, bytes.length - 20), { name: "a.avro" })).rejects.toThrow(
      /^\[VALUE_INVALID\] a\.avro: block \d+, at byte \d+: found the end after \d+ bytes of .*; expected \d+: the file is truncated$/,
    );
    const corrupt = Buffer.from(bytes);
    corrupt[corrupt.length - 1] = (corrupt[corrupt.length - 1] ?? 0) ^ 1;
    await expect(read(corrupt)).rejects.toThrow(/block 13, .*another sync marker/);
    await expect(read(Buffer.from("PK\u0003\u0004 no Avro"))).rejects.toThrow(
      /its head, at byte 4: found a file that begins/,
    );
  });

  it("refuse hostile numbers in bounded memory and time", async () => {
    const head = (await written()).subarray(0, 0);
    const file = async (...tail: number[]): Promise<Buffer> => {
      const parts: Uint8Array[] = [head];
      for await (const piece of writeContainer(type, [], { random: new SeededRandom(1) })) parts.push(piece);
      return Buffer.concat([...parts, Uint8Array.from(tail)]);
    };
    const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    await expect(read(await file(2, ...huge))).rejects.toThrow(/found a block of \d+ bytes; expected at most 67108864/);
    await expect(read(await file(2, 3))).rejects.toThrow(/expected no negative number/);
    await expect(read(await file(1, 2, 0))).rejects.toThrow(/expected no negative number/);
    await expect(read(await file(...Array(11).fill(0xff)))).rejects.toThrow(/no end of a number|no such number/);
    const metadata = Buffer.concat([Buffer.from("Obj\u0001"), Buffer.from(huge)]);
    await expect(read(metadata)).rejects.toThrow(/metadata entries; expected at most 10000/);
    const entry = Buffer.concat([Buffer.from("Obj\u0001"), Buffer.from([2, ...huge])]);
    await expect(read(entry)).rejects.toThrow(/the length \d+ of a metadata name; expected at most/);
  });

  it("refuse values without bytes beyond a bound, and blocks that grow when decompressed", async () => {
    async function* many(): AsyncGenerator<null> {
      for (let count = 0; count < 250_000; count += 1) yield null;
    }
    const parts: Uint8Array[] = [];
    for await (const piece of writeContainer(nullType, many())) parts.push(piece);
    let count = 0;
    for await (const _ of readContainer(nullType, pieces(Buffer.concat(parts)))) count += 1;
    expect(count).toBe(250_000);
    const sync = parts[0]?.subarray(-16) ?? new Uint8Array();
    const hostile = Buffer.concat([parts[0] ?? new Uint8Array(), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]), sync]);
    await expect(
      (async () => {
        for await (const _ of readContainer(nullType, pieces(hostile))) count += 1;
      })(),
    ).rejects.toThrow(/expected no more values than bytes/);
    for (const codec of ["deflate", "snappy"] as const) {
      const bytes = await written({ codec, blockBytes: 100_000 });
      await expect(read(bytes, { blockBytesLimit: 50_000 })).rejects.toThrow(/more than 50000 bytes when decompressed/);
    }
  });

  it("refuse a codec that they do not know, and metadata of reserved names", async () => {
    const bytes = Buffer.from((await written()).toString("latin1").replace("\u0008null", "\u0008lzma"), "latin1");
    await expect(read(bytes)).rejects.toThrow(/found the codec "lzma"; expected null, deflate, snappy/);
    await expect(written({ metadata: { "avro.x": "" } })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("a value that does not fit ends the file with its place; what was given before are whole blocks", async () => {
    const given: Uint8Array[] = [];
    const bad = [1n, 2n, "three"] as bigint[];
    await expect(
      (async () => {
        for await (const piece of writeContainer(longType, bad, { blockBytes: 1 })) given.push(piece);
      })(),
    ).rejects.toMatchObject({ code: "VALUE_INVALID" });
    const found: bigint[] = [];
    for await (const value of readContainer(longType, pieces(Buffer.concat(given)))) found.push(value);
    expect(found).toEqual([1n, 2n]);
  });
});
