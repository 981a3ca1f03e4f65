/** Door `affinity-data/plugin`: the ports, for those who write an adapter, and what an adapter module exports. */
export type {
  AppendOutcome,
  Changelog,
  LogRecord,
  LogSlice,
  NewRecord,
  PartitionLog,
  ReadRequest,
  RecordHeaders,
  TopicInfo,
  TopicSpec,
} from "../changelog/changelog.js";
export type { Coordinator, Mastership } from "../coordinator/coordinator.js";
export type { Clock, Timer } from "../core/clock.js";
export { AffinityError } from "../core/errors.js";
export type { Logger } from "../core/logger.js";
export type { Random } from "../core/random.js";
export type {
  Checkpoint,
  IdempotencyEntry,
  KeyedRow,
  MemSnapshot,
  MemStore,
  OrderedKey,
  PartitionStore,
  RangeRequest,
  RowChange,
  StoredRow,
} from "../memstore/memstore.js";
export type { AdapterModule, AdapterParts, AdapterSettings } from "../node/adapters.js";
export type { RegisteredSchema, Registry, SchemaReference } from "../registry/registry.js";
export type { CompatibilityLevel } from "../schema/compatibility.js";
