/** Door `affinity-data`: the Node.js runtime, and the types that generated server code names. */
export {
  AffinityError,
  type Applied,
  type ErrorCode,
  type ErrorFacts,
  isAffinityError,
  type Retry,
} from "../core/errors.js";
export type { Logger } from "../core/logger.js";
export { loadConfig } from "../node/config/load.js";
export type { ResolvedConfig } from "../node/config/resolved.js";
export { type Node, type NodeParts, openNode } from "../node/node.js";
export { type Handlers, loadProject, type Project } from "../node/project.js";
export type { HandlerContext, ReadStoreOf, RejectOptions, StoreOf, StoreRange } from "../partition/context.js";
