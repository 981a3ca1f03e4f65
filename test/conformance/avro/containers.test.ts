/** Container files of other implementations: corpus/manifest.json says what is in them. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openContainer } from "../../../runtime/serde/container/read.js";
import { corpusFolder, hasCorpus, readCorpus } from "../../support/avro/corpus.js";

interface Entry {
  readonly path: string;
  readonly codec: string;
  readonly records: number | null;
  readonly corrupt_on_purpose?: boolean;
}

/** None where the corpus is not there. */
function entries(): readonly Entry[] {
  if (!hasCorpus()) return [];
  const manifest: { readonly containers: readonly Entry[] } = JSON.parse(readCorpus("manifest.json"));
  return manifest.containers;
}

async function count(path: string): Promise<number> {
  const container = await openContainer(createReadStream(join(corpusFolder, path)), { name: path });
  let found = 0;
  for await (const _ of container.values()) found += 1;
  return found;
}

/** A line end behind the last block, which an editor may have put there. Java and fastavro stop there in silence. */
const withStrayByte = "mtth__avsc/test/dat/person-10.no-codec.avro";
/** Corrupt for its authors since a name in its schema is not legal; the values are, and names do not matter to them. */
const withIllegalName = "hamba__avro/ocf/testdata/invalid-name.avro";

describe.skipIf(!hasCorpus())("container files of the corpus", () => {
  const known = entries();
  const isRead = ({ path, codec, corrupt_on_purpose: isCorrupt }: Entry): boolean =>
    ["null", "deflate", "snappy"].includes(codec) && isCorrupt !== true && path !== withStrayByte;

  it.each(known.filter(isRead).map((entry) => [entry.path, entry.records] as const))(
    "reads %s",
    async (path, records) => {
      expect(await count(path)).toBe(records);
    },
  );

  it("reads values under a name that is not legal", async () => {
    expect(await count(withIllegalName)).toBe(1);
  });

  const refused = known.filter((entry) => !isRead(entry) && entry.path !== withIllegalName);
  it.each(refused.map(({ path }) => path))("refuses %s with a place", async (path) => {
    await expect(count(path)).rejects.toMatchObject({ code: "VALUE_INVALID", detail: /at byte \d+: / });
  });
});
