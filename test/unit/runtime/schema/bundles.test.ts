/** What bundles of the runtime hold, and where they run. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const runtime = fileURLToPath(new URL("../../../../runtime", import.meta.url));

interface Bundle {
  readonly text: string;
  readonly gzipBytes: number;
  /** Source files of which something is in it. */
  readonly files: readonly string[];
}

async function bundle(contents: string, platform: "browser" | "node"): Promise<Bundle> {
  const result = await build({
    stdin: { contents, resolveDir: runtime, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform,
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const text = result.outputFiles[0]?.text ?? "";
  const [output] = Object.values(result.metafile.outputs);
  const files = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file.replace(/^.*runtime\//, "")] : [],
  );
  return { text, gzipBytes: gzipSync(text, { level: 9 }).length, files };
}

/** Static code as the generator writes it, and every way through it. */
const program = `
  import { entityType, fromHex, jsonCodec, keyCodec, readArray, writeArray, defineLong, longType, AffinityError } from "./doors/schema.js";
  import { keyPath } from "./protocol/key-path.js";
  import { interpretedType } from "./schema/entity-type.js";

  function defineAccount() {
    return {
      name: "bank.Account",
      schema: { type: "record", name: "bank.Account", fields: [
        { name: "id", type: "string" },
        { name: "balances", type: { type: "array", items: "long" } },
        { name: "open", type: "boolean", default: true },
      ] },
      uses: [],
    };
  }
  const default$open = fromHex("01");
  const Account = entityType({
    define: defineAccount,
    write(out, value) {
      out.string(value.id);
      writeArray(out, value.balances, (writer, item) => writer.long(item));
      if (value.open === undefined) out.raw(default$open);
      else out.boolean(value.open);
    },
    read: (input) => ({ id: input.string(), balances: readArray(input, (reader) => reader.long()), open: input.boolean() }),
  });
  const value = { id: "a", balances: [1n, -(2n ** 63n)], open: true };
  const bytes = Account.encode({ id: "a", balances: value.balances });
  const results = [
    Account.equals(Account.decode(bytes), value),
    Account.equals(Account.fromJson(Account.toJson(value)), value),
    Account.equals(Account.fromAvroJson(Account.toAvroJson(value)), value),
    Account.equals(interpretedType(defineAccount).decode(bytes), value),
    Account.equals(jsonCodec(defineAccount).fromValue(JSON.parse(Account.toJson(value, { longs: "string" }))), value),
    jsonCodec(defineAccount).toText(value).includes('"-9223372036854775808"'),
    keyCodec(defineLong).fromOrdered(keyCodec(defineLong).toOrdered(-5n)) === -5n,
    keyPath(defineLong).keyOf(keyPath(defineLong).segmentsOf(7n)) === 7n,
    typeof Account.fingerprint === "bigint" && Account.schema.name === "bank.Account",
    longType.encode(1n).length === 1,
  ];
  const isFault = (run) => { try { run(); return false; } catch (error) { return error instanceof AffinityError && error.code === "VALUE_INVALID"; } };
  results.push(isFault(() => Account.decode(bytes.subarray(1))), isFault(() => Account.encode({ id: 5 })), isFault(() => Account.fromJson("{")));
  let generates = true;
  try { new Function("return 1")(); } catch { generates = false; }
  console.log(JSON.stringify({ generates, results }));
`;

function run(text: string, flags: readonly string[]): unknown {
  const options = { input: text, encoding: "utf8", timeout: 60_000 } as const;
  const child = spawnSync(process.execPath, [...flags, "--input-type=module", "-"], options);
  expect(child.stderr).toBe("");
  return JSON.parse(child.stdout);
}

describe("a bundle", () => {
  it("runs where code from strings is forbidden: entities, both JSONs, keys, faults", async () => {
    const { text } = await bundle(program, "node");
    const results = Array(13).fill(true);
    expect(run(text, ["--disallow-code-generation-from-strings"])).toEqual({ generates: false, results });
  });

  it("runs where there is no Buffer, as in browsers", async () => {
    const { text } = await bundle(program, "browser");
    expect(run(`delete globalThis.Buffer;\n${text}`, [])).toEqual({ generates: true, results: Array(13).fill(true) });
  });

  it("writes and reads the same texts with and without Buffer, and refuses the same bytes", async () => {
    const { text } = await bundle(
      `import { stringType } from "./schema/primitive-types.js";
       const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
       const written = [];
       for (let length = 0; length < 400; length += length < 80 ? 1 : 61) {
         for (const letter of ["a", "\u00e9", "\u20ac", "\u{1f600}", "\ufeff", "\ufffd", "\0"]) {
           const value = letter.repeat(length) + "z";
           const bytes = stringType.encode(value);
           written.push(hex(bytes));
           if (stringType.decode(bytes) !== value) throw new Error(value);
         }
       }
       const refused = ["02ff", "04c380ff", "06eda080", "02c3"].map((bytes) => {
         try { return stringType.decode(Uint8Array.from(bytes.match(/../g), (pair) => parseInt(pair, 16))); } catch (error) { return error.message; }
       });
       console.log(JSON.stringify({ written, refused }));`,
      "browser",
    );
    const withBuffer = run(text, []);
    expect(run(`delete globalThis.Buffer;\n${text}`, [])).toEqual(withBuffer);
    expect(withBuffer).toMatchObject({ refused: Array(4).fill(expect.stringContaining("VALUE_INVALID")) });
  });

  it("that uses plain JSON and keys alone holds no binary codec, no parser, and few bytes", async () => {
    const client = `
      import { jsonCodec } from "./schema/json-codec.js";
      import { keySegments, pathSafe, pathText, queryText } from "./protocol/key-segments.js";
      console.log(jsonCodec, keySegments, pathSafe, pathText, queryText);
    `;
    const { gzipBytes, files } = await bundle(client, "browser");
    expect(files.filter((file) => /reader|writer|scanner|walk|binary|bytes|decimal|calendar/.test(file))).toEqual([]);
    expect(gzipBytes).toBeLessThan(4_600);
  });

  it("that uses a definition alone holds nothing of the entity beside it", async () => {
    const { text } = await bundle(
      `import { entityType } from "./schema/entity-type.js";
       function defineA() { return { name: "a", schema: "int", uses: [] }; }
       const A = /*@__PURE__*/ entityType({ define: defineA, write() {}, read() { return 1; } });
       console.log(defineA);`,
      "browser",
    );
    expect(text.length).toBeLessThan(120);
  });
});
