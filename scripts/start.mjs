/** `npm start`: prepares, generates and serves examples/bank, and seeds it when it is empty. Node.js built-ins only. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { affinity, finished, prepare, root, run } from "./prepare.mjs";

const bank = join(root, "examples/bank");

await prepare();
await run(process.execPath, [affinity, "generate"], { cwd: bank });

// One child, in the same process group: a Ctrl-C reaches it directly, and when this process ends the channel closes.
const server = spawn(process.execPath, [affinity, "serve"], {
  cwd: bank,
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
server.on("message", (message) => {
  if (message.event !== "ready") return;
  // A Ctrl-C in the middle ends the server, and so what asks it fails.
  welcome(message.url).catch((error) => server.exitCode ?? console.error(error.message));
});
let seed;
server.once("exit", () => seed?.kill());
await finished(server);

async function welcome(url) {
  if ((await isEmpty(url)) && !(await seeded(url))) return;
  const json = "-H 'content-type: application/json'";
  const lines = "-H 'content-type: application/x-ndjson'";
  console.log(`
Try it:
  curl ${url}/accounts
  curl ${url}/accounts/a-1
  curl ${url}/accounts/a-1/balance
  curl -X POST ${url}/accounts/a-1/deposit ${json} -d '{ "amount": 500 }'
  curl -X PUT ${url}/accounts/a-9 ${json} -d '{ "id": "a-9", "owner": "Alan", "balance": 0 }'
  curl -X DELETE ${url}/accounts/a-9
  curl -X PUT ${url}/accounts ${lines} -d '{ "key": "a-8", "value": { "id": "a-8", "owner": "Edith", "balance": 5 } }'

Ctrl-C stops it. The data stays in examples/bank/data.`);
}

async function isEmpty(url) {
  const { items } = await (await fetch(`${url}/accounts?limit=1`)).json();
  return items.length === 0;
}

/** Opens accounts through the generated client. */
async function seeded(url) {
  seed = spawn(process.execPath, ["--import", "tsx", "src/seed.ts", url], { cwd: bank, stdio: "inherit" });
  return (await new Promise((resolve) => seed.once("exit", resolve))) === 0;
}
