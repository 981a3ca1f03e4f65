/** Looks whether the port can be had before anything is written; the gateway takes it later. */
import { createServer } from "node:net";
import { AffinityError } from "../core/errors.js";

/** @throws PORT_IN_USE when another process listens there. Other faults are left to the gateway, which names them. */
export function assertPortFree({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  if (port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") reject(portInUse(host, port));
      else resolve();
    });
    probe.listen({ host: host.replace(/^\[(.*)\]$/, "$1"), port }, () => probe.close(() => resolve()));
  });
}

function portInUse(host: string, port: number): AffinityError {
  return new AffinityError(
    "PORT_IN_USE",
    `${host}:${port}: another process listens there; stop it, or set http.port to a free port (0 takes any)`,
  );
}
