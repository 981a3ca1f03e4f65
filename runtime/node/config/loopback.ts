/** Which hosts only this machine reaches. */
import { isIPv4 } from "node:net";

/** Whether listening on `host` is invisible from outside: `localhost`, 127.0.0.0/8, ::1. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return bare === "localhost" || bare === "::1" || (isIPv4(bare) && bare.startsWith("127."));
}
