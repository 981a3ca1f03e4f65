/**
 * Servers that all test files of a run share, started when the first of them asks. The run's own process holds them, so
 * that they outlive each file and end with the run.
 */
import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { Kafka } from "./kafka.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where test files ask for servers. */
    readonly sharedServers: string;
  }
}

/** Called by vitest before a run; what it returns is called after it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let kafka: Promise<Kafka> | undefined;
  const server = createServer((_request, response) => {
    kafka ??= Kafka.start();
    kafka.then(
      ({ brokers }) => response.end(JSON.stringify(brokers)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  project.provide("sharedServers", `http://127.0.0.1:${port}`);
  return async () => {
    server.close();
    await kafka?.then(
      (started) => started.stop(),
      () => undefined,
    );
  };
}
