import type { AccountsHandler } from "../generated/index.js";

/** Answers the messages of keyspace accounts. */
export const accounts: AccountsHandler = {
  async deposit(_context, _key, _request) {
    throw new Error("accounts.deposit is not written yet");
  },
};
