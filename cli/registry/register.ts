/** `affinity registry register`: for those who register in their pipeline, before they deploy. */
import { readFileSync } from "node:fs";
import { messageOf } from "../../runtime/core/errors.js";
import { loadService } from "../../runtime/node/project.js";
import { registerSchemas } from "../../runtime/node/schemas.js";
import type { RegisteredSchema } from "../../runtime/registry/registry.js";
import { WrongUse } from "../failure.js";
import { assertFresh } from "../serve/fresh.js";
import { columns, type Terminal } from "../terminal.js";
import { withRegistry } from "./with-registry.js";

export async function register(
  request: { readonly config: string; readonly subject: string | undefined; readonly file: string | undefined },
  terminal: Terminal,
): Promise<void> {
  const { subject, file } = request;
  if (subject !== undefined && file === undefined)
    throw new WrongUse("register takes a subject and a file, or neither for every schema of the project");
  const registered = await withRegistry(request.config, terminal, async (registry, config) => {
    if (subject !== undefined && file !== undefined) return [await registry.register(subject, contentOf(file))];
    const service = await loadService(config);
    assertFresh(config, service);
    return registerSchemas(service, registry);
  });
  for (const { subject: name, version, id } of registered) terminal.emit({ subject: name, version, id });
  const rows = registered.map((each: RegisteredSchema) => [each.subject, String(each.version), String(each.id)]);
  terminal.print(columns([["subject", "version", "id"], ...rows]));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new WrongUse(`${file}: cannot be read: ${messageOf(error)}`);
  }
}
