/** Generated types of a folder, as users import them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyType } from "../../../runtime/schema/type.js";
import { filesBelow } from "../corpus/workspace.js";

/** By full Avro name. @param output Folder of the generator's output. */
export async function entitiesOf(output: string): Promise<ReadonlyMap<string, AnyType>> {
  const folder = join(output, "entities");
  const found = new Map<string, AnyType>();
  for (const file of existsSync(folder) ? filesBelow(folder, ".ts") : []) {
    const exported: object = await import(pathToFileURL(join(folder, file)).href);
    for (const type of Object.values(exported)) if (isType(type)) found.set(type.name, type);
  }
  return found;
}

/** One that must be there. */
export async function entityOf(output: string, name: string): Promise<AnyType> {
  const type = (await entitiesOf(output)).get(name);
  if (type === undefined) throw new Error(`${output} has no ${name}`);
  return type;
}

function isType(value: unknown): value is AnyType {
  return typeof value === "object" && value !== null && "encode" in value && "fromAvroJson" in value;
}
