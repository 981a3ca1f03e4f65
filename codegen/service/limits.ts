/** Ranges of numbers in definitions. */

/** Partitions of a keyspace: each is a unit of memory, files and elections. */
export const partitionRange = [1, 4096] as const;

/** Copies of each partition, the master's included. */
export const replicaRange = [1, 16] as const;

/** Characters of a topic; Kafka's own limit. */
export const topicLengthLimit = 249;

/** Characters of names: they become parts of topics, paths, files and identifiers. */
export const nameLengthLimit = 64;

/** Stores of a keyspace. */
export const storeLimit = 1_000;

/** Messages of a keyspace. */
export const messageLimit = 1_000;

/** Faults of definitions that are told in one run. */
export const faultLimit = 1_000;
