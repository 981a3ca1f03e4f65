/** What runs in the browser: bundled by the test, with the client and nothing of Node.js. */
import { connectService } from "../../runtime/client/connect.js";
import type { KeyspaceClient, MessageOptions } from "../../runtime/client/types.js";
import type { TypeDefinition } from "../../runtime/schema/type.js";

interface Account {
  readonly id: string;
  readonly balance: bigint;
}
interface Client {
  readonly accounts: KeyspaceClient<string, Account> & {
    deposit(key: string, request: { readonly amount: bigint }, options?: MessageOptions): Promise<Account>;
  };
  close(): Promise<void>;
}

function defineString(): TypeDefinition {
  return { name: "string", schema: "string", uses: [] };
}
function defineAccount(): TypeDefinition {
  return {
    name: "bank.Account",
    schema: {
      type: "record",
      name: "bank.Account",
      fields: [
        { name: "id", type: "string" },
        { name: "balance", type: "long" },
      ],
    },
    uses: [],
  };
}
function defineDeposit(): TypeDefinition {
  return {
    name: "bank.Deposit",
    schema: { type: "record", name: "bank.Deposit", fields: [{ name: "amount", type: "long" }] },
    uses: [],
  };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "none";
}

/** Calls everything once; bigints as text, since the result leaves the browser as JSON. */
async function run(url: string): Promise<object> {
  const client = connectService<Client>(
    { url },
    {
      accounts: {
        name: "accounts",
        path: "/accounts",
        key: defineString,
        value: defineAccount,
        messages: {
          deposit: {
            request: defineDeposit,
            reply: defineAccount,
            write: true,
            route: { method: "POST", path: "/accounts/{key}/deposit" },
          },
        },
      },
    },
  );
  const created = await client.accounts.put("b-1", { id: "b-1", balance: 9_007_199_254_740_993n });
  const row = await client.accounts.getWithMeta("b-1");
  const deposited = await client.accounts.deposit("..", { amount: 5n });
  const listed: string[] = [];
  for await (const [key, { balance }] of client.accounts.list({ prefix: "b-" })) listed.push(`${key}=${balance}`);
  const controller = new AbortController();
  controller.abort("stopped");
  const result = {
    created: created.created,
    hasPosition: created.position.length > 0 && created.position === row?.position,
    etag: row?.etag,
    balance: String(row?.value.balance),
    deposited: String(deposited.balance),
    listed,
    rejected: await codeOf(client.accounts.deposit("b-1", { amount: -1n })),
    conflict: await codeOf(client.accounts.put("b-1", { id: "b-1", balance: 1n }, { ifNoneMatch: "*" })),
    aborted: await codeOf(client.accounts.get("b-1", { signal: controller.signal })),
    absent: (await client.accounts.get("none")) === undefined,
    deleted: await client.accounts.delete("b-1"),
  };
  await client.close();
  return result;
}

Object.assign(globalThis, { run });
