/** A project whose handlers misbehave on demand, and rows that must survive all of it. */
import type { ProjectFiles } from "../../../test/support/project.js";

export const thingSchema = {
  type: "record",
  name: "Thing",
  namespace: "faults",
  fields: [
    { name: "id", type: "string" },
    { name: "count", type: "long", default: 0 },
  ],
};

export const configuration = {
  name: "faults",
  http: { port: 0, handlerTimeoutMs: 500 },
  mailboxLimit: 20,
  stallMs: 1500,
};

export const faultFiles: ProjectFiles = {
  "affinity.json": configuration,
  "schemas/thing.avsc": thingSchema,
  "keyspaces/things.json": {
    keyspace: "things",
    key: "string",
    value: "faults.Thing",
    partitions: 2,
    messages: {
      add: { access: "write", request: "long", reply: "faults.Thing" },
      fail: { access: "write", request: "string", reply: "faults.Thing" },
      look: { access: "read", request: "string", reply: "faults.Thing" },
      never: { access: "write", reply: "faults.Thing" },
      hold: { access: "write", reply: "faults.Thing" },
      block: { access: "write", reply: "faults.Thing" },
    },
  },
  "src/handlers/things.ts": `import type { Thing, ThingsContext, ThingsHandler } from "../generated/index.js";

async function add(context: ThingsContext, key: string, amount: bigint): Promise<Thing> {
  const { count } = (await context.stores.things.get(key)) ?? { count: 0n };
  const next = { id: key, count: count + amount };
  await context.stores.things.put(key, next);
  return next;
}

function fail(how: string): never {
  if (how === "text") throw "a text";
  if (how === "nothing") throw undefined;
  if (how === "frozen") throw Object.freeze({ toString() { throw new Error("no text either"); } });
  throw new Error("on purpose");
}

export const things: ThingsHandler = {
  add,
  async fail(context, key, how) {
    await add(context, key, 1_000_000n);
    if (how === "rejected") return Promise.reject(new TypeError("rejected"));
    return fail(how);
  },
  look(_context, _key, how) {
    return fail(how);
  },
  async never(context, key) {
    await add(context, key, 1_000_000n);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // By now the caller has been told: the context must refuse.
    return add(context, key, 1_000_000n);
  },
  async hold(context, key) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return add(context, key, 1n);
  },
  async block(context, key) {
    await add(context, key, 1_000_000n);
    for (;;) key.length.toString();
  },
};
`,
};
