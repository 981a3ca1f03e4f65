/** Whether generated code belongs to the schemas and definitions beside it. */
import { hashInputs, readInputs } from "../../codegen/inputs.js";
import { AffinityError } from "../../runtime/core/errors.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import type { ServiceDescriptor } from "../../runtime/protocol/service.js";
import { generateOptions } from "../generate/options.js";

/**
 * Where only compiled code is deployed, without schemas and definitions, there is nothing to compare.
 *
 * @throws GENERATED_STALE when the code was generated from other inputs.
 */
export function assertFresh(config: ResolvedConfig, service: ServiceDescriptor): void {
  const options = generateOptions(config);
  const inputs = readInputs(options);
  if (inputs.schemas.length + inputs.definitions.length === 0) return;
  if (hashInputs(inputs, options) === service.inputs) return;
  const compile = config.run.code.endsWith("dist") ? ", and compile it" : "";
  throw new AffinityError(
    "GENERATED_STALE",
    `${config.generate.output}: was generated from other schemas, definitions or settings than there are now; run \`affinity generate\`${compile}`,
  );
}
