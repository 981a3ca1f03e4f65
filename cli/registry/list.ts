/** `affinity registry list`. */
import { columns, type Terminal } from "../terminal.js";
import { withRegistry } from "./with-registry.js";

export async function list(config: string, terminal: Terminal): Promise<void> {
  await withRegistry(config, terminal, async (registry) => {
    const rows: string[][] = [["subject", "versions", "latest id", "level"]];
    for (const subject of [...(await registry.subjects())].sort()) {
      const versions = await registry.versions(subject);
      const level = await registry.compatibility(subject);
      const latest = versions.at(-1);
      terminal.emit({ subject, versions: versions.map(({ version, id }) => ({ version, id })), level });
      rows.push([subject, versions.map(({ version }) => version).join(", "), String(latest?.id ?? ""), level]);
    }
    if (rows.length === 1) terminal.print("No schema is registered.");
    else {
      const [head = "", ...body] = columns(rows).split("\n");
      terminal.print([terminal.colors.bold(head), ...body].join("\n"));
    }
  });
}
