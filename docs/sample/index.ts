// index.ts: the server's door
import { longType, stringType, type ServiceDescriptor } from "affinity-data/schema";
import type { HandlerContext, StoreOf, ReadStoreOf } from "affinity-data";
import { Account, type AccountInput } from "./entities/bank/Account.js";
import { Deposit } from "./entities/bank/Deposit.js";
export { Account, type AccountInput } from "./entities/bank/Account.js";
export { AccountStatus } from "./entities/bank/AccountStatus.js";

export interface AccountsStores { readonly accounts: StoreOf<string, Account, AccountInput> }
export type AccountsErrors = "AMOUNT_INVALID";
export type AccountsContext = HandlerContext<AccountsStores, AccountsErrors>;
/** Messages of keyspace accounts; each is called on the master only, one at a time for each partition. */
export interface AccountsHandler {
  deposit(context: AccountsContext, key: string, request: Deposit): Promise<AccountInput> | AccountInput;
}

export const service: ServiceDescriptor = {
  name: "bank",
  inputs: "sha256…",
  keyspaces: {
    accounts: {
      name: "accounts", key: () => stringType, keyEncoding: "avro", partitions: 8, replicas: 1, path: "/accounts",
      expose: ["get", "put", "delete", "list", "watch"],
      stores: { accounts: { name: "accounts", key: () => stringType, value: () => Account, topic: "bank-accounts", keySubject: "bank-accounts-key", valueSubject: "bank-accounts-value" } },
      messages: { deposit: { name: "deposit", access: "write", request: () => Deposit, reply: () => Account, route: { method: "POST", path: "/accounts/{key}/deposit" }, errors: ["AMOUNT_INVALID"], requestSubject: "bank-accounts-deposit-request", replySubject: "bank-accounts-deposit-reply" } },
    },
  },
  openapi: () => ({}),
};
