/** `npm test`: prepares like `npm start`, then runs the tests; arguments go to vitest. Node.js built-ins only. */
import { join } from "node:path";
import process from "node:process";
import { prepare, root, run } from "./prepare.mjs";

await prepare();
await run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)]);
