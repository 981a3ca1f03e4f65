/** All files of a project's output. Emitters are total functions of a legal model: they have no errors to report. */
import type { EntityModel, ServiceModel } from "../service/model.js";
import { emitClient } from "./client.js";
import { type EntityContext, emitEntities } from "./entity.js";
import type { GeneratedFile } from "./file.js";
import type { OutputStyle } from "./modules.js";
import { emitOpenApi } from "./openapi.js";
import { emitServer } from "./server.js";

export interface EmitOptions {
  readonly importEnding: OutputStyle["importEnding"];
  /** Hash of the generator's inputs, for GENERATED_STALE. */
  readonly inputs: string;
}

/** The files of the output's folder, in no particular order. */
export function emitProject(model: ServiceModel, options: EmitOptions): readonly GeneratedFile[] {
  const context: EntityContext = {
    entities: new Map(model.entities.map((entity) => [entity.fullName, entity])),
    style: { ...model.style, importEnding: options.importEnding },
  };
  const modules = new Map<string, EntityModel[]>();
  for (const entity of model.entities) modules.set(entity.module, [...(modules.get(entity.module) ?? []), entity]);
  return [
    ...[...modules].map(([module, entities]) => emitEntities(module, entities, context)),
    emitServer(model, options.inputs, context),
    emitClient(model, context),
    ...emitOpenApi(model),
  ];
}
