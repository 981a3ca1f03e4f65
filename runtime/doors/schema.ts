/** Door `affinity-data/schema`: what generated entities are made of. Browser-safe. */

export type { Applied, ErrorCode, ErrorFacts, Retry } from "../core/errors.js";
export { AffinityError, isAffinityError } from "../core/errors.js";
export type {
  KeyspaceDescriptor,
  MessageDescriptor,
  Operation,
  Route,
  ServiceDescriptor,
  StoreDescriptor,
} from "../protocol/service.js";
export { canonicalForm, fingerprint } from "../schema/canonical-form.js";
export { readArray, readEnum, readMap, writeArray, writeEnum, writeMap } from "../schema/collections.js";
export type { CompatibilityFault, CompatibilityLevel } from "../schema/compatibility.js";
export { compatibilityFaults, compatibilityLevels, incompatibilities } from "../schema/compatibility.js";
export { entityType, interpretedType } from "../schema/entity-type.js";
export type { Frame } from "../schema/framing.js";
export { frame, unframe } from "../schema/framing.js";
export { fromHex } from "../schema/hex.js";
export type { Incompatibility, IncompatibilityRule, SchemaPlace } from "../schema/incompatibility.js";
export { jsonCodec } from "../schema/json-codec.js";
export { keyBytes } from "../schema/key-bytes.js";
export {
  readDate,
  readDecimal,
  readDuration,
  readFixedDecimal,
  readFixedUuid,
  readTimestamp,
  readUuid,
  writeDate,
  writeDecimal,
  writeDuration,
  writeFixedDecimal,
  writeFixedUuid,
  writeTimestamp,
  writeUuid,
} from "../schema/logical-codec.js";
export type { Duration } from "../schema/logical-value.js";
export { keyCodec } from "../schema/ordered-key.js";
export {
  booleanType,
  bytesType,
  defineBoolean,
  defineBytes,
  defineDouble,
  defineFloat,
  defineInt,
  defineLong,
  defineLongNumber,
  defineNull,
  defineString,
  doubleType,
  floatType,
  intType,
  longNumberType,
  longType,
  nullType,
  stringType,
} from "../schema/primitive-types.js";
export { Reader } from "../schema/reader.js";
export { checkRecord, checkTag, missingField, noBranch } from "../schema/refusals.js";
export type { ReaderType, Resolution } from "../schema/resolution.js";
export { resolve } from "../schema/resolution.js";
export { schemaText } from "../schema/schema-document.js";
export type {
  AnyType,
  EntityType,
  ExactJson,
  JsonValue,
  TypeDefinition,
  TypeParts,
  TypeSource,
} from "../schema/type.js";
export { Writer } from "../schema/writer.js";
