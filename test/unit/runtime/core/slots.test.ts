import { expect, it } from "vitest";
import { SeededRandom } from "../../../../runtime/core/random.js";
import { Slots } from "../../../../runtime/core/slots.js";

it("holds what was added and not removed, in as many places as were ever needed at once", () => {
  const random = new SeededRandom(7);
  const slots = new Slots<{ readonly name: number }>();
  const there = new Map<{ readonly name: number }, number>();
  for (let name = 0; name < 10_000; name += 1) {
    const isAdded = there.size === 0 || (there.size < 20 && random.next() < 0.5);
    if (isAdded) {
      const item = { name };
      const slot = slots.add(item);
      expect([...there.values()]).not.toContain(slot);
      expect(slot).toBeLessThan(20);
      there.set(item, slot);
    } else {
      const [item, slot] = [...there][Math.floor(random.next() * there.size)] ?? [];
      if (item === undefined || slot === undefined) continue;
      slots.remove(slot, item);
      there.delete(item);
      // What was removed is not removed again, though another may stand in its place by now.
      const other = { name };
      there.set(other, slots.add(other));
      slots.remove(slot, item);
    }
    expect(slots.size).toBe(there.size);
  }
  expect(new Set(slots.all())).toEqual(new Set(there.keys()));
  slots.clear();
  expect(slots.all()).toEqual([]);
});
