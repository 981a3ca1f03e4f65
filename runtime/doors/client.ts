/** Door `affinity-data/client`: what generated clients are made of. Browser-safe. */
export { connectService } from "../client/connect.js";
export type {
  CallOptions,
  ClientHeaders,
  ClientOptions,
  KeyPrefix,
  KeyspaceClient,
  ListOptions,
  MessageOptions,
  PutResult,
  ReadOptions,
  RetryPolicy,
  RowWithMeta,
  WriteOptions,
} from "../client/types.js";
export {
  AffinityError,
  type Applied,
  type ErrorCode,
  type ErrorFacts,
  isAffinityError,
  type Retry,
} from "../core/errors.js";
export type { ClientKeyspace, ClientMessage } from "../protocol/service.js";
