/** What every coordinator promises. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Coordinator, Mastership } from "../../runtime/coordinator/coordinator.js";

/** A coordinator under test. */
export interface CoordinatorHarness {
  /** Opens the coordinator; after `close`, on what the one before has left. */
  open(): Promise<Coordinator>;
  dispose(): Promise<void>;
}

/** Runs the suite. */
export function describeCoordinator(name: string, makeHarness: () => Promise<CoordinatorHarness>): void {
  describe(`the coordinator contract: ${name}`, () => {
    let harness: CoordinatorHarness;
    let coordinator: Coordinator;

    beforeEach(async () => {
      harness = await makeHarness();
      coordinator = await harness.open();
    });
    afterEach(async () => {
      await coordinator.close();
      await harness.dispose();
    });

    function become(partition = 0, signal = new AbortController().signal): Promise<Mastership> {
      return coordinator.becomeMaster({ keyspace: "k", partition, signal });
    }

    it("gives mastership of a partition, valid until it is released", async () => {
      const mastership = await become(3);
      expect(mastership).toMatchObject({ keyspace: "k", partition: 3 });
      expect(mastership.isValid()).toBe(true);
      const released = mastership.release();
      expect(mastership.isValid()).toBe(false);
      await released;
      await mastership.release();
      expect(mastership.lost.aborted).toBe(false);
    });

    it("P1: has at most one master a partition; the next waits for the release and gets a later epoch", async () => {
      const first = await become();
      let second: Mastership | undefined;
      const waiting = become().then((mastership) => {
        second = mastership;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(second).toBeUndefined();
      await first.release();
      await waiting;
      expect(first.isValid()).toBe(false);
      expect(second?.isValid()).toBe(true);
      expect(second?.epoch).toBeGreaterThan(first.epoch);
    });

    it("lets partitions and keyspaces be mastered side by side", async () => {
      const masterships = await Promise.all([
        become(0),
        become(1),
        coordinator.becomeMaster({ keyspace: "j", partition: 0, signal: new AbortController().signal }),
      ]);
      expect(masterships.map((mastership) => mastership.isValid())).toEqual([true, true, true]);
    });

    it("P1: epochs of a partition only grow, over releases and restarts", async () => {
      const epochs: number[] = [];
      for (let start = 0; start < 3; start += 1) {
        for (let time = 0; time < 3; time += 1) {
          const mastership = await become();
          epochs.push(mastership.epoch);
          await mastership.release();
        }
        await coordinator.close();
        coordinator = await harness.open();
      }
      expect(epochs).toEqual([...new Set(epochs)].sort((one, other) => one - other));
      expect(epochs.every((epoch) => Number.isSafeInteger(epoch) && epoch > 0)).toBe(true);
    });

    it("stops waiting with the reason of the signal, and the partition is free for others", async () => {
      const first = await become();
      const controller = new AbortController();
      const waiting = become(0, controller.signal);
      controller.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      await first.release();
      expect((await become()).isValid()).toBe(true);
      await expect(become(1, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
      expect((await become(1)).isValid()).toBe(true);
    });

    it("closed ends every mastership, says so to its holder, and gives none any more", async () => {
      const mastership = await become();
      const waiting = become();
      const refused = expect(waiting).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
      await coordinator.close();
      await coordinator.close();
      await refused;
      expect(mastership.isValid()).toBe(false);
      expect(mastership.lost.aborted).toBe(true);
      await expect(become()).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
    });
  });
}
