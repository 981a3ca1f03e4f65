/**
 * Names of subjects for schemas of topics.
 *
 * Source: Confluent, "Subject name strategy".
 */
import { AffinityError } from "../core/errors.js";
import type { AnyType } from "../schema/type.js";
import { nodeOf } from "../schema/type-node.js";

/** Which half of a record a schema is for. */
export type RecordPart = "key" | "value";

/** Gives the subject of a type in a topic. */
export type SubjectStrategy = (topic: string, part: RecordPart, type: AnyType) => string;

/** `<topic>-key`, `<topic>-value`: a topic holds one type (TopicNameStrategy, the default everywhere). */
export const topicSubjects: SubjectStrategy = (topic, part) => `${topic}-${part}`;

/** The record's full name: a type evolves alike in all topics (RecordNameStrategy). */
export const recordSubjects: SubjectStrategy = (_topic, _part, type) => recordName(type);

/** `<topic>-<full name>`: a topic holds several types, each evolving for itself (TopicRecordNameStrategy). */
export const topicRecordSubjects: SubjectStrategy = (topic, _part, type) => `${topic}-${recordName(type)}`;

function recordName(type: AnyType): string {
  const node = nodeOf(type.define);
  if (node.kind === "record") return node.name;
  throw new AffinityError(
    "CONFIG_INVALID",
    `${type.name}: the subject would be the name of a record, and this is ${node.kind}; use topicSubjects for it`,
  );
}
