/** `context.stores`: typed stores over the bytes of one handler run. */
import type { ReadStoreOf, StoreOf, StoreRange } from "./context.js";
import type { HandlerRun } from "./handler-run.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";

/** Rows that `list` reads at once. */
const pageRows = 100;

/** The stores by name; those of a `read` message have no writing methods. */
export function contextStores(run: HandlerRun, plan: KeyspacePlan, isWrite: boolean): object {
  const stores: { [name: string]: ReadStoreOf<unknown, unknown> } = {};
  for (const store of plan.stores)
    stores[store.name] = isWrite && !store.isExternal ? new RunStore(run, store) : new RunReadStore(run, store);
  return stores;
}

class RunReadStore implements ReadStoreOf<unknown, unknown> {
  protected readonly run: HandlerRun;
  protected readonly store: StorePlan;

  constructor(run: HandlerRun, store: StorePlan) {
    this.run = run;
    this.store = store;
  }

  get(key: unknown): Promise<unknown> {
    return Promise.resolve(this.run.read(this.store, key));
  }

  list(range: StoreRange<unknown> = {}): AsyncIterable<readonly [key: unknown, value: unknown]> {
    const { run, store } = this;
    return rowsOf(run, store, {
      ...run.range(store, range),
      reverse: range.reverse === true,
      limit: range.limit ?? Number.POSITIVE_INFINITY,
    });
  }
}

class RunStore extends RunReadStore implements StoreOf<unknown, unknown> {
  put(key: unknown, value: unknown): Promise<void> {
    this.run.put(this.store, key, value);
    return done;
  }

  delete(key: unknown): Promise<boolean> {
    return Promise.resolve(this.run.delete(this.store, key));
  }
}

const done = Promise.resolve();

interface Bounds {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly reverse: boolean;
  readonly limit: number;
}

async function* rowsOf(
  run: HandlerRun,
  store: StorePlan,
  bounds: Bounds,
): AsyncGenerator<readonly [key: unknown, value: unknown]> {
  let { from, to } = bounds;
  let left = bounds.limit;
  while (left > 0) {
    const { rows, next } = run.page(store, { from, to, reverse: bounds.reverse, limit: pageRows });
    for (const [key, value] of rows) {
      const waiting = store.values.lookUp(value);
      if (waiting !== undefined) await waiting;
      yield [store.keys.typedOf(key), run.decode(store, value)];
      left -= 1;
      if (left <= 0) return;
    }
    if (next === undefined) return;
    if (bounds.reverse) to = next;
    else from = next;
  }
}
