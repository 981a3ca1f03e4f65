/** Registers schemas without end and says what it was answered. Arguments: folder, a number that makes its schemas its own. */
import { openEmbeddedRegistry } from "../../runtime/registry/embedded-registry.js";

const [dataDir = "", run = "0"] = process.argv.slice(2);
const registry = await openEmbeddedRegistry({ dataDir });
for (let index = 0; ; index += 1) {
  const many = Array.from({ length: 5 }, (_, member) =>
    registry.register(`s${member % 2}`, `{"type":"string","n":"${run}-${index}-${member % 3}"}`),
  );
  for (const { subject, version, id, schema } of await Promise.all(many))
    console.log(`registered ${subject} ${version} ${id} ${schema}`);
}
