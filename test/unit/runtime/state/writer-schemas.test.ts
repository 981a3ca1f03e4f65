import { describe, expect, it } from "vitest";
import { longType } from "../../../../runtime/schema/primitive-types.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { FrameResolver } from "../../../../runtime/state/frame-resolver.js";
import { WriterSchemas } from "../../../../runtime/state/writer-schemas.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";

describe("schemas of other writers", () => {
  it("those of the project's own subjects are never asked for", async () => {
    const writers = new WriterSchemas(
      { schemaById: () => Promise.reject(new Error("asked")) },
      new MovableClock(),
      new Map([[3, definedBy('"int"')]]),
    );
    const frames = new FrameResolver(longType, writers);
    expect(frames.lookUp(3)).toBeUndefined();
    expect(frames.of(3)?.decode(Uint8Array.of(4))).toBe(2n);
  });

  it("P12: a sender of 20,000 ids makes it keep a bounded number of them, and ask for few at once", async () => {
    let asked = 0;
    let atOnce = 0;
    let most = 0;
    const writers = new WriterSchemas(
      {
        async schemaById(id) {
          asked += 1;
          atOnce += 1;
          most = Math.max(most, atOnce);
          await Promise.resolve();
          atOnce -= 1;
          return id % 2 === 0 ? '"int"' : undefined;
        },
      },
      new MovableClock(),
      new Map(),
    );
    const frames = new FrameResolver(longType, writers);
    for (let id = 0; id < 20_000; id += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, more) => frames.lookUp(id + more)));
      for (let more = 0; more < 20; more += 1) {
        try {
          frames.of(id + more);
        } catch (error) {
          expect(error).toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
        }
      }
    }
    expect(most).toBeLessThanOrEqual(16);
    expect(asked).toBeLessThanOrEqual(20_000);
    // Of all that were found, the last thousand are kept.
    const kept = Array.from({ length: 20_000 }, (_, id) => id).filter((id) => {
      try {
        return writers.known(id) !== undefined;
      } catch {
        return false;
      }
    });
    expect(kept.length).toBeLessThanOrEqual(1_000);
  });

  it("an id that was not there is asked for again after a while", async () => {
    const clock = new MovableClock();
    let text: string | undefined;
    const writers = new WriterSchemas({ schemaById: async () => text }, clock, new Map());
    await writers.lookUp(1);
    text = '"int"';
    expect(writers.lookUp(1)).toBeUndefined();
    expect(writers.known(1)).toBeUndefined();
    clock.advance(10_000);
    await writers.lookUp(1);
    expect(writers.known(1)).toBeDefined();
  });
});
