/** `affinity registry show`. */
import { AffinityError } from "../../runtime/core/errors.js";
import { WrongUse } from "../failure.js";
import type { Terminal } from "../terminal.js";
import { withRegistry } from "./with-registry.js";

export async function show(
  request: { readonly config: string; readonly subject: string; readonly version: string | undefined },
  terminal: Terminal,
): Promise<void> {
  const { subject, version } = request;
  if (version !== undefined && !/^[1-9]\d{0,9}$/.test(version) && version !== "latest")
    throw new WrongUse(`version ${version}: a whole number from 1, or latest, would be right`);
  await withRegistry(request.config, terminal, async (registry) => {
    const isLatest = version === undefined || version === "latest";
    const found = isLatest ? await registry.latest(subject) : await registry.version(subject, Number(version));
    if (found !== undefined) {
      terminal.emit(found);
      terminal.print(found.schema);
      terminal.note(`${subject}, version ${found.version}, id ${found.id}`);
      return;
    }
    const text = /^\d{1,10}$/.test(subject) && isLatest ? await registry.schemaById(Number(subject)) : undefined;
    if (text === undefined)
      throw new AffinityError(
        "SCHEMA_NOT_FOUND",
        `${subject}${isLatest ? "" : ` version ${version}`}: the registry has no such schema; \`affinity registry list\` lists what it has`,
      );
    terminal.emit({ id: Number(subject), schema: text });
    terminal.print(text);
  });
}
