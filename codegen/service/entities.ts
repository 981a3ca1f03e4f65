/** Decides what each type is called and where it stands in the output. */
import { createHash } from "node:crypto";
import { byCodeUnits } from "../diagnostics-sort.js";
import type { SchemaModel } from "../schema/model.js";
import type { EntityModel, UnnamedType } from "./model.js";
import { capitalized, fileNameOf, folderOf, NameScope, pascalCase, typeNameOf } from "./names.js";
import { circular, reaching, referencesOf, type TypeGraph } from "./reach.js";

/** An unnamed type that a definition uses. */
export interface UnnamedUse {
  /** `accounts.key`, `graph.components.value`, `accounts.deposit.request`. */
  readonly place: string;
  readonly keyspace: string;
  readonly type: UnnamedType;
}

/** Names and places before the names that `index.ts` exports are known. */
type Placed = Omit<EntityModel, "exportName" | "exportInputName"> & { readonly namespace: string };

/**
 * Named types first, in the order of their full names, so that a definition never renames an entity; then the unnamed ones.
 * @param exported Names that `index.ts` declares; taken ones are added.
 * @param names By full name, where schemas or configuration ask for one.
 */
export function nameEntities(
  schemas: SchemaModel,
  unnamed: readonly UnnamedUse[],
  exported: NameScope,
  names: ReadonlyMap<string, string> = new Map(),
): EntityModel[] {
  const types = [...schemas.types.values()].sort((a, b) => byCodeUnits(a.fullName, b.fullName));
  const graph: TypeGraph = new Map([
    ...types.map((type) => [type.fullName, referencesOf(type)] as const),
    ...unnamed.map((use) => [use.place, referencesOf(use.type)] as const),
  ]);
  const withDefaults = types.filter((type) => type.kind === "record" && type.fields.some((field) => field.default));
  const facts = {
    inputs: reaching(
      graph,
      withDefaults.map((type) => type.fullName),
    ),
    circular: circular(graph),
    names,
  };
  return [...nameExports(placeNamed(types, facts), exported), ...nameExports(placeUnnamed(unnamed, facts), exported)];
}

interface Facts {
  readonly inputs: ReadonlySet<string>;
  readonly circular: ReadonlySet<string>;
  readonly names: ReadonlyMap<string, string>;
}

function placeNamed(types: readonly EntityModel["type"][], facts: Facts): Placed[] {
  const folders = new Map<string, { readonly path: string; readonly names: NameScope }>();
  const folderNames = new NameScope({ ignoreCase: true });
  const folder = (namespace: string): { readonly path: string; readonly names: NameScope } => {
    const known = folders.get(namespace);
    if (known !== undefined) return known;
    const name = namespace === "" ? "" : folderNames.take(fileNameOf(folderOf(namespace), digest));
    const made = { path: name === "" ? "entities" : `entities/${name}`, names: new NameScope({ ignoreCase: true }) };
    folders.set(namespace, made);
    return made;
  };
  const named = types.flatMap((type) => {
    if (type.kind === "unnamed") return [];
    const { path, names } = folder(type.namespace);
    const typeName = names.take(typeNameOf(facts.names.get(type.fullName) ?? type.name));
    return [{ type, typeName, module: `${path}/${fileNameOf(typeName, digest)}` }];
  });
  const taken = new Set(named.map(({ type, typeName }) => `${type.namespace}.${typeName}`));
  return named.map(({ type, typeName, module }) => {
    const hasInput = facts.inputs.has(type.fullName);
    let inputName = hasInput ? `${typeName}Input` : typeName;
    while (hasInput && taken.has(`${type.namespace}.${inputName}`)) inputName += "$";
    return placed(type.fullName, type, { namespace: type.namespace, module, typeName, inputName }, facts);
  });
}

function placeUnnamed(unnamed: readonly UnnamedUse[], facts: Facts): Placed[] {
  const scopes = new Map<string, NameScope>();
  return unnamed.map(({ place, keyspace, type }) => {
    const scope = scopes.get(keyspace) ?? new NameScope();
    scopes.set(keyspace, scope);
    const typeName = scope.take(place.split(".").map(capitalized).join(""));
    const inputName = facts.inputs.has(place) ? scope.take(`${typeName}Input`) : typeName;
    return placed(place, type, { namespace: "", module: `keyspaces/${keyspace}`, typeName, inputName }, facts);
  });
}

function placed(
  fullName: string,
  type: EntityModel["type"],
  names: Pick<Placed, "namespace" | "module" | "typeName" | "inputName">,
  facts: Facts,
): Placed {
  const { typeName } = names;
  const functions = { write: `write${typeName}`, read: `read${typeName}`, define: `define${typeName}` };
  return { fullName, type, ...names, ...functions, isRecursive: facts.circular.has(fullName) };
}

/** A simple name that two namespaces share is exported with its namespace in front. Whole names go first, inputs last. */
function nameExports(entities: readonly Placed[], scope: NameScope): EntityModel[] {
  const count = new Map<string, number>();
  for (const { typeName } of entities) count.set(typeName, (count.get(typeName) ?? 0) + 1);
  const isShared = (entity: Placed): boolean => (count.get(entity.typeName) ?? 0) > 1 && entity.namespace !== "";
  const exportNames = new Map<Placed, string>();
  for (const entity of entities) if (!isShared(entity)) exportNames.set(entity, scope.take(entity.typeName));
  for (const entity of entities)
    if (isShared(entity)) exportNames.set(entity, scope.take(pascalCase(entity.namespace) + entity.typeName));
  return entities.map((entity) => {
    const { namespace: _, ...kept } = entity;
    const exportName = exportNames.get(entity) ?? entity.typeName;
    const hasInput = entity.inputName !== entity.typeName;
    return { ...kept, exportName, exportInputName: hasInput ? scope.take(`${exportName}Input`) : exportName };
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
