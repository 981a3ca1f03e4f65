/** Holds a data folder until it is killed. Argument: folder. */
import { openDataDir } from "../../runtime/coordinator/data-dir.js";

const dataDir = await openDataDir(process.argv[2] ?? "");
console.log("held");
process.stdin.on("end", () => void dataDir.close());
process.stdin.resume();
