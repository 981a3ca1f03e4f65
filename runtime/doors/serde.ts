/** Door `affinity-data/serde`: Avro for other programs' tools: frames of Kafka topics, single objects, container files. Node.js. */

export { AffinityError, isAffinityError } from "../core/errors.js";
export type { Random } from "../core/random.js";
export type { RegisteredSchema, Registry } from "../registry/registry.js";
export type { CodecName } from "../serde/container/codecs.js";
export type { ByteStream, Container, ContainerReadOptions } from "../serde/container/read.js";
export { openContainer, readContainer } from "../serde/container/read.js";
export type { ContainerWriteOptions } from "../serde/container/write.js";
export { writeContainer } from "../serde/container/write.js";
export type { Deserializer, DeserializerOptions, TaggedValue } from "../serde/deserializer.js";
export { deserializer, taggedDeserializer } from "../serde/deserializer.js";
export type { Serializer, SerializerOptions } from "../serde/serializer.js";
export { serializer } from "../serde/serializer.js";
export type { SingleObjectCodec, SingleObjectOptions } from "../serde/single-object.js";
export { singleObjectFingerprint, singleObjects } from "../serde/single-object.js";
export type { RecordPart, SubjectStrategy } from "../serde/subjects.js";
export { recordSubjects, topicRecordSubjects, topicSubjects } from "../serde/subjects.js";
