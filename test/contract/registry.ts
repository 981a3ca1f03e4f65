/** What every registry promises. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Registry } from "../../runtime/registry/registry.js";

/** A registry under test. */
export interface RegistryHarness {
  /** Opens the registry; after `close`, on what the one before has left. */
  open(): Promise<Registry>;
  /** Whether anything is left after `close`. */
  readonly isPersistent: boolean;
  /** Put before every subject: a server that tests share has those of others as well. */
  readonly prefix: string;
  /** What a server of others does in its own way, and says so. */
  readonly habits: RegistryHabits;
  dispose(): Promise<void>;
}

/** What a registry of somebody else may do otherwise; ours do none of it. */
export interface RegistryHabits {
  /** Ids have gaps, and others' schemas have some already. */
  readonly hasOwnIds?: boolean;
  /** Another order of members, another escape, or a number's digits: another schema, or the same one. */
  readonly judgesSamenessByItself?: boolean;
  /** What is no JSON at all is a fault of its own, and nothing is wrong with what nothing came before. */
  readonly looksLittleAtNonsense?: boolean;
  /** A subject whose level was taken back has none, whatever the registry's level is. */
  readonly leavesNoLevel?: boolean;
}

/** Habits of none. */
export const noHabits: RegistryHabits = {};

const field = (name: string, type: string, more = ""): string => `{"name":"${name}","type":"${type}"${more}}`;
const record = (name: string, ...fields: readonly string[]): string =>
  `{"type":"record","name":"${name}","namespace":"bank","fields":[${fields.join(",")}]}`;

const id = field("id", "string");
const account = record("Account", id);
/** Can read `account`'s data, and `account` its. */
const accountWithNote = record("Account", id, field("note", "string", ',"default":""'));
/** Cannot read `account`'s data. */
const accountWithOwner = record("Account", id, field("owner", "string"));
/** Can read `account`'s data; `account` cannot read its. */
const accountWithoutId = record("Account");
const order = record("Order", field("total", "long", ',"default":9007199254740993'));

/** Runs the suite. */
export function describeRegistry(name: string, makeHarness: () => Promise<RegistryHarness>): void {
  describe(`the registry contract: ${name}`, () => {
    let harness: RegistryHarness;
    let registry: Registry;
    const named = (subject: string): string => harness.prefix + subject;

    beforeEach(async () => {
      harness = await makeHarness();
      registry = await harness.open();
    });
    afterEach(async () => {
      await registry.close();
      await harness.dispose();
    });

    it("takes a default that a logical type's TypeScript cannot hold: to Avro it is a long like any other", async () => {
      const far = '{"type":"long","logicalType":"timestamp-millis"}';
      const schema = `{"type":"record","name":"Far","fields":[{"name":"at","type":${far},"default":9223372036854775807}]}`;
      expect(await registry.register(named("far"), schema)).toMatchObject({ version: 1 });
    });

    it("gives ids, in the order of registration, and versions from 1 within a subject", async () => {
      const first = await registry.register(named("a-value"), account);
      expect(first).toEqual({ id: first.id, subject: named("a-value"), version: 1, schema: account });
      const second = await registry.register(named("a-value"), accountWithNote);
      const third = await registry.register(named("b-value"), order);
      expect([second.version, third.version]).toEqual([2, 1]);
      expect(first.id < second.id && second.id < third.id).toBe(true);
      if (harness.habits.hasOwnIds !== true) expect([first.id, second.id, third.id]).toEqual([1, 2, 3]);
    });

    it("gives the same schema under the same subject the same version again", async () => {
      const first = await registry.register(named("a-value"), account);
      await registry.register(named("a-value"), accountWithNote);
      expect(await registry.register(named("a-value"), account)).toEqual(first);
      expect(await registry.versions(named("a-value"))).toHaveLength(2);
    });

    it("gives the same schema under another subject the same id", async () => {
      const first = await registry.register(named("a-value"), account);
      expect(await registry.register(named("b-value"), account)).toEqual({ ...first, subject: named("b-value") });
    });

    it("takes white space for no difference", async () => {
      const first = await registry.register(named("a-value"), '{"type":"fixed","name":"F","size":4,"doc":"é/"}');
      const again = '{ "type" : "fixed",\n "name": "F", "size":4, "doc":"é/"}';
      expect(await registry.register(named("a-value"), again)).toEqual(first);
    });

    it("takes the order of members and escapes for no difference", async ({ skip }) => {
      if (harness.habits.judgesSamenessByItself === true) return skip("it has rules of its own");
      const first = await registry.register(named("a-value"), '{"type":"fixed","name":"F","size":4,"doc":"é/"}');
      const again = await registry.register(
        named("a-value"),
        '{ "name": "\\u0046", "type" : "fixed",\n"doc":"\\u00e9\\/","size":4 }',
      );
      expect(again).toEqual(first);
    });

    it.for([
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
    ] as const)("takes %s for a difference", async ([, one, other], { skip }) => {
      if (harness.habits.judgesSamenessByItself === true) return skip("it has rules of its own");
      const first = await registry.register(named("a-value"), one);
      const second = await registry.register(named("a-value"), other);
      expect(second.id).not.toBe(first.id);
      expect(await registry.schemaById(first.id)).toBe(one);
      expect(await registry.schemaById(second.id)).toBe(other);
    });

    it("keeps every attribute, digits beyond 2^53 among them", async () => {
      const text = record("Order", field("total", "long", ',"default":9007199254740993,"unit":"cent"'));
      const registered = await registry.register(named("a-value"), text);
      expect(await registry.schemaById(registered.id)).toBe(text);
      expect((await registry.latest(named("a-value")))?.schema).toBe(text);
    });

    it("keeps the text as it was first registered", async ({ skip }) => {
      if (harness.habits.judgesSamenessByItself === true) return skip("it has rules of its own");
      const text = '{ "type": "string",\n  "doc": "first" }';
      const { id: first } = await registry.register(named("a-value"), text);
      await registry.register(named("b-value"), '{"type":"string","doc":"first"}');
      expect(await registry.schemaById(first)).toBe(text);
      expect((await registry.latest(named("b-value")))?.schema).toBe(text);
    });

    it("answers undefined and nothing for what it does not know", async () => {
      expect(await registry.latest(named("none"))).toBeUndefined();
      expect(await registry.version(named("none"), 1)).toBeUndefined();
      expect(await registry.versions(named("none"))).toEqual([]);
      expect(await registry.schemaById(2_000_000_000)).toBeUndefined();
      expect(await registry.lookup(named("none"), account)).toBeUndefined();
      expect(await registry.subjects()).not.toContain(named("none"));
      await registry.register(named("some"), account);
      expect(await registry.version(named("some"), 2)).toBeUndefined();
    });

    it("lists subjects, versions and the latest", async () => {
      const first = await registry.register(named("a-value"), account);
      const second = await registry.register(named("a-value"), accountWithNote);
      await registry.register(named("b/ü value"), account);
      const subjects = await registry.subjects();
      expect(subjects).toEqual(expect.arrayContaining([named("a-value"), named("b/ü value")]));
      expect(await registry.versions(named("a-value"))).toEqual([first, second]);
      expect(await registry.version(named("a-value"), 1)).toEqual(first);
      expect(await registry.latest(named("a-value"))).toEqual(second);
      expect(await registry.latest(named("b/ü value"))).toMatchObject({ id: first.id, version: 1 });
    });

    it("looks up without registering", async () => {
      const first = await registry.register(named("a-value"), account);
      await registry.register(named("b-value"), accountWithNote);
      expect(await registry.lookup(named("a-value"), account)).toEqual(first);
      expect(await registry.lookup(named("a-value"), accountWithNote)).toBeUndefined();
      expect(await registry.versions(named("a-value"))).toEqual([first]);
    });

    it("P17: refuses what is no schema, and changes nothing", async () => {
      const wrong = [
        '{"type":"nonsense"}',
        '{"type":"record","name":"R"}',
        '{"type":"record","name":"R","fields":[{"name":"f","type":"Missing"}]}',
        '["int","int"]',
        '{"type":"enum","name":"E","symbols":["A","A"]}',
      ];
      const nonsense = ["", "{", "nonsense", '{"a":1}}', "[".repeat(10_000)];
      const isLazy = harness.habits.looksLittleAtNonsense === true;
      for (const text of isLazy ? wrong : [...wrong, ...nonsense]) {
        await expect(registry.register(named("a-value"), text), text).rejects.toMatchObject({ code: "VALUE_INVALID" });
        if (isLazy) continue;
        await expect(registry.incompatibilities(named("a-value"), text), text).rejects.toMatchObject({
          code: "VALUE_INVALID",
        });
      }
      expect(await registry.versions(named("a-value"))).toEqual([]);
    });

    it("gives many at once one id a schema, and versions without gap", async () => {
      await Promise.all(
        Array.from({ length: 7 }, (_, subject) => registry.setCompatibility(named(`s${subject}`), "NONE")),
      );
      const registered = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          registry.register(named(`s${index % 7}`), `{"type":"string","n":${index % 50}}`),
        ),
      );
      const ids = new Map<string, number>();
      for (const { schema, id: given } of registered) {
        expect(ids.get(schema) ?? given).toBe(given);
        ids.set(schema, given);
      }
      expect(new Set(ids.values()).size).toBe(50);
      if (harness.habits.hasOwnIds !== true)
        expect([...ids.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      for (let subject = 0; subject < 7; subject += 1) {
        const versions = await registry.versions(named(`s${subject}`));
        expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
      }
    });

    it("holds a subject BACKWARD unless told otherwise, and says what is wrong with a schema", async () => {
      expect(await registry.compatibility(named("a-value"))).toBe("BACKWARD");
      const first = await registry.register(named("a-value"), account);
      const refusal = registry.register(named("a-value"), accountWithOwner);
      await expect(refusal).rejects.toMatchObject({ code: "SCHEMA_INCOMPATIBLE" });
      await expect(refusal).rejects.toThrow(/owner/);
      expect(await registry.versions(named("a-value"))).toEqual([first]);
      expect(await registry.lookup(named("a-value"), accountWithOwner)).toBeUndefined();
      expect((await registry.register(named("a-value"), accountWithNote)).version).toBe(2);
    });

    it("tells why a schema may not follow, and registers nothing", async () => {
      expect(await registry.incompatibilities(named("none"), account)).toEqual([]);
      const first = await registry.register(named("a-value"), account);
      expect(await registry.incompatibilities(named("a-value"), accountWithNote)).toEqual([]);
      const reasons = await registry.incompatibilities(named("a-value"), accountWithOwner);
      expect(reasons.join()).toMatch(harness.habits.hasOwnIds === true ? /./ : /owner/);
      expect(await registry.versions(named("a-value"))).toEqual([first]);
    });

    it.each([
      ["BACKWARD", true, true, false],
      ["FORWARD", true, false, true],
      ["FULL", true, false, false],
      ["NONE", true, true, true],
    ] as const)("enforces %s", async (level, takesNote, takesLess, takesOwner) => {
      const takes = [
        ["note", accountWithNote, takesNote],
        ["less", accountWithoutId, takesLess],
        ["owner", accountWithOwner, takesOwner],
      ] as const;
      for (const [what, schema, isTaken] of takes) {
        const subject = named(`${level}-${what}`);
        await registry.setCompatibility(subject, level);
        expect(await registry.compatibility(subject)).toBe(level);
        await registry.register(subject, account);
        expect((await registry.incompatibilities(subject, schema)).length === 0, what).toBe(isTaken);
        const outcome = await registry.register(subject, schema).catch((error: unknown) => error);
        expect(outcome, what).toMatchObject(isTaken ? { version: 2 } : { code: "SCHEMA_INCOMPATIBLE" });
      }
    });

    it.each([
      ["BACKWARD", true],
      ["BACKWARD_TRANSITIVE", false],
      ["FULL_TRANSITIVE", false],
    ] as const)("holds the third version under %s against every earlier one, or the last", async (level, isTaken) => {
      const subject = named("a-value");
      // The third reads the second's data, in which `note` always is, and not the first's.
      await registry.register(subject, account);
      await registry.register(subject, accountWithNote);
      const third = record("Account", id, field("note", "string"));
      await registry.setCompatibility(subject, level);
      const outcome = await registry.register(subject, third).catch((error: unknown) => error);
      expect(outcome).toMatchObject(isTaken ? { version: 3 } : { code: "SCHEMA_INCOMPATIBLE" });
    });

    it("takes a subject's level back", async ({ skip }) => {
      if (harness.habits.leavesNoLevel === true) return skip("it has rules of its own");
      await registry.setCompatibility(named("a-value"), "NONE");
      expect(await registry.compatibility(named("a-value"))).toBe("NONE");
      await registry.setCompatibility(named("a-value"), undefined);
      expect(await registry.compatibility(named("a-value"))).toBe("BACKWARD");
    });

    it("takes types from other subjects by reference, and writes them out by id", async () => {
      const money = record("Money", field("cents", "long"));
      const line = record("Line", '{"name":"price","type":"bank.Money"}', '{"name":"tax","type":"bank.Money"}');
      const invoice = record("Invoice", '{"name":"lines","type":{"type":"array","items":"bank.Line"}}');
      await registry.register(named("money"), money);
      const toMoney = [{ name: "bank.Money", subject: named("money"), version: 1 }];
      const toLine = [{ name: "bank.Line", subject: named("line"), version: 1 }];
      const registered = await registry.register(named("line"), line, toMoney);
      expect(registered).toEqual({
        id: registered.id,
        subject: named("line"),
        version: 1,
        schema: line,
        references: toMoney,
      });
      expect(await registry.latest(named("line"))).toEqual(registered);
      expect(await registry.lookup(named("line"), line, toMoney)).toEqual(registered);
      const { id: third } = await registry.register(named("invoice"), invoice, toLine);
      const text = (await registry.schemaById(third)) ?? "";
      expect(text.match(/"cents"/g)).toHaveLength(1);
      expect(JSON.parse(text).fields[0].type.items.fields.map((one: { type: unknown }) => one.type)).toEqual([
        expect.objectContaining({ type: "record" }),
        "bank.Money",
      ]);
      await expect(registry.register(named("other"), line)).rejects.toMatchObject({ code: "VALUE_INVALID" });
      const missing = [{ name: "bank.Money", subject: named("nobody"), version: 1 }];
      await expect(registry.register(named("other"), line, missing)).rejects.toMatchObject({ code: "VALUE_INVALID" });
    });

    it("has the same ids, versions and levels after a restart", async ({ skip }) => {
      if (!harness.isPersistent) return skip("it remembers nothing beyond its life");
      const registered = [
        await registry.register(named("a-value"), account),
        await registry.register(named("a-value"), accountWithNote),
        await registry.register(named("b-value"), account),
      ];
      await registry.setCompatibility(named("b-value"), "NONE");
      await registry.close();
      registry = await harness.open();
      const versions = [...(await registry.versions(named("a-value"))), ...(await registry.versions(named("b-value")))];
      expect(versions).toEqual(registered);
      expect(await registry.compatibility(named("b-value"))).toBe("NONE");
      const fresh = await registry.register(named("c-value"), '"int"');
      expect(fresh.version).toBe(1);
      if (harness.habits.hasOwnIds !== true) expect(fresh.id).toBe(3);
      expect(await registry.register(named("b-value"), accountWithNote)).toMatchObject({
        id: registered[1]?.id,
        version: 2,
      });
    });

    it("answers REGISTRY_UNAVAILABLE once it is closed", async () => {
      await registry.close();
      await expect(registry.register(named("a-value"), account)).rejects.toMatchObject({
        code: "REGISTRY_UNAVAILABLE",
      });
      await expect(registry.latest(named("a-value"))).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    });
  });
}
