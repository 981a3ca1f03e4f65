/** What handlers may write, and what the compiler must refuse. Never run. */
import type { AccountsHandler } from "../golden/account/expected/generated/index.js";
import type { GraphHandler } from "../golden/messages/expected/generated/index.js";

/** The example of the manual. */
export const accounts: AccountsHandler = {
  async deposit(context, key, request) {
    const account = (await context.stores.accounts.get(key)) ?? { id: key, balance: 0n, tags: [], limits: {} };
    if (request.amount <= 0n) context.reject("AMOUNT_INVALID", { detail: "amount must be positive" });
    const next = { ...account, balance: account.balance + request.amount };
    await context.stores.accounts.put(key, next);
    return next;
  },
};

export const graph: GraphHandler = {
  async connect(context, key, request) {
    const vertex = await context.stores.graph.get(request.to);
    if (vertex === undefined) return context.reject("VERTEX_FULL");
    await context.stores.components.put(key.ts, [vertex]);
    await context.stores.graph.delete(key);
    const now: number = context.now + context.random() + context.partition;
    context.log.info({ now }, "connected");
    // The weight has a default, so that a reply may leave it out.
    return { owner: vertex.owner };
  },

  async degree(context, key, request) {
    let rows = 0;
    for await (const [, vertex] of context.stores.graph.list({ from: key, limit: request.days })) rows += vertex.weight;
    // @ts-expect-error A message that only reads has no put.
    await context.stores.graph.put(key, { owner: "" });
    // @ts-expect-error Nor delete.
    await context.stores.graph.delete(key);
    // @ts-expect-error Its definition lists no code to reject with.
    context.reject("VERTEX_FULL");
    return rows;
  },

  // A message without reply returns nothing.
  touch(context) {
    context.reject("VERTEX_FULL");
    // @ts-expect-error A code of another message.
    context.reject("EDGE_KNOWN");
  },

  async compact(context, _key, before) {
    const time: number = before.getTime();
    // @ts-expect-error The request is a Date.
    before.length;
    // @ts-expect-error There is no such store.
    context.stores.accounts;
    // @ts-expect-error Longs are bigints.
    await context.stores.components.get(time);
  },
};

export const incomplete: AccountsHandler = {
  // @ts-expect-error The reply is an account.
  deposit() {
    return { id: "a" };
  },
};

// @ts-expect-error A handler answers every message.
export const empty: GraphHandler = {};
