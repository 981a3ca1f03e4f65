/** What every registry promises. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Registry } from "../../runtime/registry/registry.js";

/** A registry under test. */
export interface RegistryHarness {
  /** Opens the registry; after `close`, on what the one before has left. */
  open(): Promise<Registry>;
  /** Whether anything is left after `close`. */
  readonly isPersistent: boolean;
  dispose(): Promise<void>;
}

const account = '{"type":"record","name":"Account","fields":[{"name":"id","type":"string"}]}';
const order = '{"type":"record","name":"Order","fields":[{"name":"total","type":"long","default":9007199254740993}]}';

/** Runs the suite. */
export function describeRegistry(name: string, makeHarness: () => Promise<RegistryHarness>): void {
  describe(`the registry contract: ${name}`, () => {
    let harness: RegistryHarness;
    let registry: Registry;

    beforeEach(async () => {
      harness = await makeHarness();
      registry = await harness.open();
    });
    afterEach(async () => {
      await registry.close();
      await harness.dispose();
    });

    it("gives ids from 1, and versions from 1 within a subject", async () => {
      expect(await registry.register("a-value", account)).toEqual({
        id: 1,
        subject: "a-value",
        version: 1,
        schema: account,
      });
      expect(await registry.register("a-value", order)).toMatchObject({ id: 2, version: 2 });
      expect(await registry.register("b-value", '"string"')).toMatchObject({ id: 3, version: 1 });
    });

    it("gives the same schema under the same subject the same version again", async () => {
      const first = await registry.register("a-value", account);
      await registry.register("a-value", order);
      expect(await registry.register("a-value", account)).toEqual(first);
      expect(await registry.versions("a-value")).toHaveLength(2);
    });

    it("gives the same schema under another subject the same id", async () => {
      const first = await registry.register("a-value", account);
      expect(await registry.register("b-value", account)).toEqual({ ...first, subject: "b-value" });
    });

    it("takes white space, the order of members and escapes for no difference", async () => {
      const first = await registry.register("a-value", '{"type":"fixed","name":"F","size":4,"doc":"é/"}');
      const again = await registry.register(
        "a-value",
        '{ "name": "\\u0046", "type" : "fixed",\n"doc":"\\u00e9\\/","size":4 }',
      );
      expect(again).toEqual(first);
    });

    it.each([
      ["an attribute", '{"type":"string","note":1}', '{"type":"string"}'],
      ["a digit beyond 2^53", '{"type":"long","x":9007199254740993}', '{"type":"long","x":9007199254740992}'],
      ["a number and its text", '{"type":"long","x":1}', '{"type":"long","x":"1"}'],
      [
        "a number and a text that looks like the form it is compared in",
        '{"type":"long","x":1}',
        '{"type":"long","x":"n1"}',
      ],
      ["the order of an array", '["null","int"]', '["int","null"]'],
      ["a default", '{"type":"int","default":0}', '{"type":"int","default":null}'],
      ["a member named __proto__", '{"type":"int","__proto__":{"a":1}}', '{"type":"int"}'],
    ])("takes %s for a difference", async (_what, one, other) => {
      const first = await registry.register("a-value", one);
      const second = await registry.register("a-value", other);
      expect(second.id).not.toBe(first.id);
      expect(await registry.schemaById(first.id)).toBe(one);
      expect(await registry.schemaById(second.id)).toBe(other);
    });

    it("keeps the text as it was first registered", async () => {
      const text = '{ "type": "string",\n  "doc": "first" }';
      const { id } = await registry.register("a-value", text);
      await registry.register("b-value", '{"type":"string","doc":"first"}');
      expect(await registry.schemaById(id)).toBe(text);
      expect((await registry.latest("b-value"))?.schema).toBe(text);
    });

    it("answers undefined and nothing for what it does not know", async () => {
      expect(await registry.latest("none")).toBeUndefined();
      expect(await registry.versions("none")).toEqual([]);
      expect(await registry.schemaById(99)).toBeUndefined();
      expect(await registry.subjects()).toEqual([]);
    });

    it("lists subjects, versions and the latest", async () => {
      const first = await registry.register("a-value", account);
      const second = await registry.register("a-value", order);
      await registry.register("b-value", account);
      expect([...(await registry.subjects())].sort()).toEqual(["a-value", "b-value"]);
      expect(await registry.versions("a-value")).toEqual([first, second]);
      expect(await registry.latest("a-value")).toEqual(second);
    });

    it("P17: refuses what is no JSON, and gives no id to it", async () => {
      for (const text of ["", "{", "nonsense", '{"a":1}}', "[".repeat(100_000)])
        await expect(registry.register("a-value", text)).rejects.toMatchObject({ code: "VALUE_INVALID" });
      expect((await registry.register("a-value", account)).id).toBe(1);
    });

    it("gives many at once ids without gap or repetition", async () => {
      const registered = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          registry.register(`s${index % 7}`, `{"type":"string","n":${index % 50}}`),
        ),
      );
      expect([...new Set(registered.map(({ id }) => id))].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      for (let subject = 0; subject < 7; subject += 1) {
        const versions = await registry.versions(`s${subject}`);
        expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
      }
    });

    it("has the same ids and versions after a restart", async ({ skip }) => {
      if (!harness.isPersistent) return skip("it remembers nothing beyond its life");
      const registered = [
        await registry.register("a-value", account),
        await registry.register("a-value", order),
        await registry.register("b-value", account),
      ];
      await registry.close();
      registry = await harness.open();
      expect([...(await registry.versions("a-value")), ...(await registry.versions("b-value"))]).toEqual(registered);
      expect(await registry.register("c-value", '"int"')).toMatchObject({ id: 3, version: 1 });
      expect(await registry.register("b-value", order)).toMatchObject({ id: 2, version: 2 });
    });
  });
}
