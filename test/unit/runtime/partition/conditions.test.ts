import { describe, expect, it } from "vitest";
import type { StoredRow as Row } from "../../../../runtime/memstore/memstore.js";
import { rowVersion } from "../../../../runtime/state/access.js";
import { countOf, errorOf, openNode, soon, value, world } from "./fixtures.js";

describe("conditions", () => {
  it("P4: If-None-Match * creates and never replaces", async () => {
    const { counts: access } = await openNode(world());
    const address = access.address("a");
    expect((await access.put(address, value(1), { ...soon, ifNoneMatch: "*" })).existed).toBe(false);
    expect(await errorOf(access.put(address, value(2), { ...soon, ifNoneMatch: "*" }))).toMatchObject({
      code: "CONDITION_FAILED",
      status: 412,
      applied: "no",
    });
    expect(countOf(await access.get(address, soon))).toBe(1);
  });

  it("P4: If-Match * replaces and never creates", async () => {
    const { counts: access } = await openNode(world());
    const address = access.address("a");
    expect((await errorOf(access.put(address, value(1), { ...soon, ifMatch: "*" }))).code).toBe("CONDITION_FAILED");
    expect((await errorOf(access.delete(address, { ...soon, ifMatch: "*" }))).code).toBe("CONDITION_FAILED");
    await access.put(address, value(1), soon);
    expect((await access.delete(address, { ...soon, ifMatch: "*" })).existed).toBe(true);
  });

  it("P4: of many writers with the same version one wins", async () => {
    const { counts: access } = await openNode(world());
    const address = access.address("a");
    await access.put(address, value(0), soon);
    const row = await access.get(address, soon);
    const ifMatch = ["other.version", rowVersion(row as Row)];
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => access.put(address, value(at + 1), { ...soon, ifMatch })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(countOf(await access.get(address, soon))).toBe(1);
    expect((await errorOf(access.delete(address, { ...soon, ifMatch }))).code).toBe("CONDITION_FAILED");
  });

  it("P4: If-None-Match with a version refuses that version alone", async () => {
    const { counts: access } = await openNode(world());
    const address = access.address("a");
    await access.put(address, value(1), soon);
    const ifNoneMatch = [rowVersion((await access.get(address, soon)) as Row)];
    expect((await errorOf(access.put(address, value(2), { ...soon, ifNoneMatch }))).code).toBe("CONDITION_FAILED");
    await access.put(address, value(3), soon);
    expect((await access.put(address, value(4), { ...soon, ifNoneMatch })).existed).toBe(true);
  });
});
