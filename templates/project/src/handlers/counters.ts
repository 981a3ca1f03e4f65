import type { CountersHandler } from "../generated/index.js";

export const counters: CountersHandler = {
  async add(context, key, request) {
    const count = ((await context.stores.counters.get(key))?.count ?? 0n) + request.by;
    if (count < 0n) context.reject("BELOW_ZERO", { detail: `${key} would stand at ${count}` });
    const counter = { count, changed: new Date(context.now) };
    await context.stores.counters.put(key, counter);
    return counter;
  },
};
