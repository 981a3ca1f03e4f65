/**
 * Kafka's default partitioner, so that plain producers and consumers put a key where we do.
 *
 * Source: org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner.partitionForKey (Apache Kafka).
 */
const seed = 0x9747b28c;
const mixer = 0x5bd1e995;

/** Kafka's murmur2 of the bytes, a signed 32-bit number as Java gives it. */
export function murmur2(bytes: Uint8Array): number {
  const byte = (at: number): number => bytes[at] ?? 0;
  const { length } = bytes;
  const blocks = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < blocks; at += 4) {
    let block = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    block = Math.imul(block, mixer);
    block = Math.imul(block ^ (block >>> 24), mixer);
    hash = Math.imul(hash, mixer) ^ block;
  }
  const rest = length - blocks;
  if (rest === 3) hash ^= byte(blocks + 2) << 16;
  if (rest >= 2) hash ^= byte(blocks + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byte(blocks), mixer);
  hash = Math.imul(hash ^ (hash >>> 13), mixer);
  return hash ^ (hash >>> 15);
}

/** Partition of a serialized key, 0 to `partitions` - 1. */
export function partitionOf(serialized: Uint8Array, partitions: number): number {
  return (murmur2(serialized) & 0x7fffffff) % partitions;
}
