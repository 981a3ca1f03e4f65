import type { AccountsHandler } from "../generated/index.js";

export const accounts: AccountsHandler = {
  async deposit(context, key, request) {
    if (request.amount <= 0n) context.reject("AMOUNT_INVALID", { detail: "amount must be positive" });
    const account = (await context.stores.accounts.get(key)) ?? { id: key, owner: "", balance: 0n };
    const next = { ...account, balance: account.balance + request.amount };
    await context.stores.accounts.put(key, next);
    return next;
  },

  async balance(context, key) {
    return (await context.stores.accounts.get(key))?.balance ?? 0n;
  },
};
