/** Opens five accounts in a bank that has none: `npm run seed -- http://127.0.0.1:8080`. */
import { createClient } from "./generated/client.js";

const owners = ["Ada", "Grace", "Edsger", "Barbara", "Leslie"];

const client = createClient({ url: process.argv[2] ?? "http://127.0.0.1:8080" });
let isEmpty = true;
for await (const _ of client.accounts.list({ limit: 1 })) isEmpty = false;
if (isEmpty) {
  for (const [index, owner] of owners.entries()) {
    const id = `a-${index + 1}`;
    await client.accounts.put(id, { id, owner, balance: BigInt(index + 1) * 1000n });
  }
}
console.log(isEmpty ? `opened ${owners.length} accounts` : "the bank has accounts; nothing to do");
await client.close();
