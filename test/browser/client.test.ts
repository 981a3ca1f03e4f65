import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, type TestNode } from "../integration/http/node.js";

const executablePath = "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A site with one page and one script, under the strictest policy that lets it call the service. */
async function openSite(
  script: string,
  serviceUrl: () => string,
): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, {
      "content-type": isScript ? "text/javascript" : "text/html",
      "content-security-policy": `default-src 'self'; connect-src ${serviceUrl()}`,
    });
    response.end(isScript ? script : '<!doctype html><title>test</title><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, origin: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}` };
}

describe.skipIf(!hasChromium)("the client in Chromium (skipped where /usr/bin/chromium is not installed)", () => {
  let node: TestNode | undefined;
  let site: Awaited<ReturnType<typeof openSite>> | undefined;
  let folder = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "affinity-chromium-"));
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("./page.ts", import.meta.url))],
      bundle: true,
      format: "iife",
      platform: "browser",
      write: false,
    });
    site = await openSite(outputFiles[0]?.text ?? "", () => node?.url ?? "");
    node = await openNode({ http: { cors: { origins: [site.origin], anyLoopback: false } } });
  });
  afterAll(async () => {
    site?.server.close();
    site?.server.closeAllConnections();
    await node?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it("P16: works across origins, under a policy without eval, with exact longs", async () => {
    const context = await chromium.launchPersistentContext(folder, { executablePath, args, timeout: 60_000 });
    try {
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) faults.push(message.text());
      });
      await page.goto(site?.origin ?? "");
      const result: unknown = await page.evaluate(`run(${JSON.stringify(node?.url)})`);
      expect(result).toEqual({
        created: true,
        hasPosition: true,
        etag: expect.stringMatching(/^".+"$/),
        balance: "9007199254740993",
        deposited: "5",
        listed: ["b-1=9007199254740993"],
        rejected: "AMOUNT_INVALID",
        conflict: "CONDITION_FAILED",
        aborted: "stopped",
        absent: true,
        deleted: true,
      });
      expect(faults).toEqual([]);
      expect(node?.faults).toEqual([]);
    } finally {
      await context.close();
    }
  });
});
