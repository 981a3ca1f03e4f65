/** What a user would write in `src/handlers`. */
import type { HandlerContext, ReadStoreOf, StoreOf } from "../../../runtime/partition/context.js";
import type { Account, AccountInput, Deposit, Question, VertexKey } from "./bank.js";

type Context = HandlerContext<{ readonly accounts: StoreOf<string, Account, AccountInput> }, "AMOUNT_INVALID">;
type Reading = HandlerContext<{ readonly accounts: ReadStoreOf<string, Account> }, never>;

const accounts = {
  async deposit(context: Context, key: string, { amount }: Deposit): Promise<AccountInput> {
    if (amount <= 0n) context.reject("AMOUNT_INVALID", { detail: "amount must be positive", data: { least: 1 } });
    const account = (await context.stores.accounts.get(key)) ?? { id: key, balance: 0n };
    const next = { ...account, balance: account.balance + amount };
    await context.stores.accounts.put(key, next);
    return next;
  },
  async worth(context: Reading, key: string, { factor, isRounded, least }: Question): Promise<number> {
    const balance = (await context.stores.accounts.get(key))?.balance ?? 0n;
    const worth = Number(balance > least ? balance : least) * factor;
    return isRounded ? Math.round(worth) : worth;
  },
  async touch(context: Context, key: string): Promise<void> {
    await context.stores.accounts.put(key, { id: key, balance: -1n });
  },
  async broken(): Promise<void> {
    throw new Error("the secret of the handler");
  },
  endless(): Promise<void> {
    return new Promise(() => {});
  },
  async hidden(): Promise<void> {},
};

const graph = {
  async degree(_context: object, key: VertexKey): Promise<number> {
    return key.id.length;
  },
};

export const handlers = { accounts, graph };
