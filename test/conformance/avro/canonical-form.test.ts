/** Vectors of apache/avro, share/test/data/schema-tests.txt: 34 canonical forms, 26 fingerprints. */
import { describe, expect, it } from "vitest";
import { canonicalForm, fingerprint } from "../../../runtime/schema/canonical-form.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import { hasCorpus, readCorpus } from "../../support/avro/corpus.js";

interface Vector {
  readonly input: string;
  readonly canonical: string;
  readonly fingerprint: bigint | undefined;
}

/** The file's own grammar: `<<name value` on one line, or `<<name`, lines, `name`. */
function vectors(): readonly Vector[] {
  const found: { input: string; canonical?: string; fingerprint?: bigint }[] = [];
  const lines = readCorpus("apache__avro/share/test/data/schema-tests.txt").split("\n");
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name, rest = ""] = /^<<(\w+)\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const value = rest === "" ? lines.splice(0, lines.indexOf(name)).join("\n") : rest;
    const last = found.at(-1);
    if (name === "INPUT") found.push({ input: value });
    else if (name === "canonical" && last !== undefined) last.canonical = value;
    else if (name === "fingerprint" && last !== undefined) last.fingerprint = BigInt(value);
  }
  return found.map(({ input, canonical = "", fingerprint }) => ({ input, canonical, fingerprint }));
}

describe.skipIf(!hasCorpus())("Parsing Canonical Form and CRC-64-AVRO", () => {
  it("gives the form and the fingerprint of every vector of Apache Avro", () => {
    const all = vectors();
    expect(all.length).toBe(34);
    expect(all.filter((vector) => vector.fingerprint !== undefined).length).toBe(26);
    for (const vector of all) {
      const define = definedBy(vector.input);
      expect(canonicalForm(define)).toBe(vector.canonical);
      if (vector.fingerprint !== undefined) expect(fingerprint(define)).toBe(vector.fingerprint);
    }
  });
});
