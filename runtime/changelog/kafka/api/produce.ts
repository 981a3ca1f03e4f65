import { type ApiRequest, apiRequest, items } from "./request.js";

export interface ProduceBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

/** What became of one batch. */
export interface ProduceResult {
  readonly topic: string;
  readonly partition: number;
  readonly code: number;
  /** −1 when the leader did not append; set when it did, also where the copies then failed. */
  readonly baseOffset: bigint;
  /** −1 where the topic keeps the writer's time. */
  readonly timestamp: number;
  /** What the broker says about a refusal. */
  readonly text: string | null;
}

/** Produce, to be acknowledged by all replicas in sync. One batch a partition. */
export function produce(request: {
  /** Where the batches are part of a transaction. */
  readonly transactionalId: string | null;
  readonly timeoutMs: number;
  readonly batches: readonly ProduceBatch[];
}): ApiRequest<readonly ProduceResult[]> {
  const { transactionalId, timeoutMs, batches } = request;
  const byTopic = new Map<string, ProduceBatch[]>();
  for (const batch of batches) {
    const known = byTopic.get(batch.topic);
    if (known === undefined) byTopic.set(batch.topic, [batch]);
    else known.push(batch);
  }
  return apiRequest({
    key: 0,
    name: "Produce",
    version: 8,
    capacity: batches.reduce((bytes, { batch }) => bytes + batch.length + 64, 256),
    write: (out) => {
      out.string(transactionalId);
      out.i16(-1);
      out.i32(timeoutMs);
      out.i32(byTopic.size);
      for (const [topic, own] of byTopic) {
        out.string(topic);
        out.i32(own.length);
        for (const { partition, batch } of own) {
          out.i32(partition);
          out.i32(batch.length);
          out.raw(batch);
        }
      }
    },
    read: (source) =>
      items(source, 6, () => {
        const topic = source.string() ?? "";
        return items(source, 32, () => {
          const partition = source.i32();
          const code = source.i16();
          const baseOffset = source.i64();
          const timestamp = Number(source.i64());
          source.i64();
          items(source, 6, () => {
            source.i32();
            source.string();
          });
          return { topic, partition, code, baseOffset, timestamp, text: source.string() };
        });
      }).flat(),
  });
}
