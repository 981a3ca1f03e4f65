import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { generate, type TempProject, tempProject } from "../support/project.js";
import { Server } from "../support/server.js";
import { build } from "./built.js";

const receipt = (fields: readonly object[]): object => ({
  type: "record",
  name: "shop.Receipt",
  fields: [{ name: "number", type: "int" }, ...fields],
});
const handler = `import type { OrdersHandler } from "../generated/index.js";

export const orders: OrdersHandler = {
  async place(context, key) {
    const count = ((await context.stores.orders.get(key)) ?? 0) + 1;
    await context.stores.orders.put(key, count);
    return RECEIPT;
  },
};
`;

let project: TempProject | undefined;
let server: Server | undefined;
beforeAll(build, 300_000);
afterEach(async () => {
  await server?.stop();
  project?.remove();
});
afterAll(() => Server.killAll());

/** Deploys a version of the reply's schema over the same data. */
async function deployed(reply: object, returned: string): Promise<Server> {
  await server?.stop();
  const files = { "schemas/receipt.avsc": reply, "src/handlers/orders.ts": handler.replace("RECEIPT", returned) };
  project ??= tempProject({
    "affinity.json": { name: "shop", http: { port: 0 }, registry: { type: "embedded", compatibility: "NONE" } },
    "keyspaces/orders.json": {
      keyspace: "orders",
      key: "string",
      value: "int",
      messages: { place: { access: "write", reply: "shop.Receipt" } },
    },
  });
  project.write(files);
  generate(project);
  server = await Server.start({ folder: project.folder });
  return server;
}

const place = (url: string): Promise<Response> =>
  fetch(`${url}/orders/a/place`, { method: "POST", headers: { "idempotency-key": "once" } });

describe("a retry after a deploy that changed the schema of the reply", () => {
  it("P5, P15: gets the first answer, read with the schema that it was written with", async () => {
    const first = await deployed(receipt([{ name: "gone", type: "string" }]), '{ number: 7, gone: "x" }');
    expect(await (await place(first.url)).json()).toEqual({ number: 7, gone: "x" });

    const widened = {
      type: "record",
      name: "shop.Receipt",
      fields: [
        { name: "note", type: "string", default: "none" },
        { name: "number", type: "long" },
      ],
    };
    const second = await deployed(widened, '{ note: "new", number: 8n }');
    const again = await place(second.url);
    expect([again.status, await again.text()]).toEqual([200, '{"note":"none","number":7}']);
    expect(await (await fetch(`${second.url}/orders/a`)).json()).toBe(1);

    const third = await deployed(
      receipt([{ name: "needed", type: "bytes" }]),
      "{ number: 9, needed: new Uint8Array() }",
    );
    const refused = await place(third.url);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: "SCHEMA_INCOMPATIBLE", applied: "unknown" });
    expect(await (await fetch(`${third.url}/orders/a`)).json()).toBe(1);
  }, 60_000);
});
