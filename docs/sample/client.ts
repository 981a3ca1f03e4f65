// client.ts: the browser-safe door
import { connectService, type ClientOptions, type KeyspaceClient, type MessageOptions } from "affinity-data/client";
import { defineString } from "affinity-data/schema";
import { type Account, type AccountInput, defineAccount } from "./entities/bank/Account.js";
import { type Deposit, defineDeposit } from "./entities/bank/Deposit.js";

export interface AccountsClient extends KeyspaceClient<string, Account, AccountInput> {
  /** POST /accounts/{key}/deposit. Retried with the same idempotency key. */
  deposit(key: string, request: Deposit, options?: MessageOptions): Promise<Account>;
}
export interface Client { readonly accounts: AccountsClient; close(): Promise<void> }

export function createClient(options: ClientOptions): Client {
  return connectService<Client>(options, {
    accounts: { name: "accounts", path: "/accounts", key: defineString, value: defineAccount,
      messages: { deposit: { request: defineDeposit, reply: defineAccount, write: true, route: { method: "POST", path: "/accounts/{key}/deposit" } } } },
  });
}
