/** One Fetch request for parts of several partitions, and which answer is whose. */
import { messageOf } from "../../core/errors.js";
import { type FetchedPart, type FetchPart, fetchRecords } from "./api/fetch.js";
import type { KafkaCluster, Lane } from "./cluster.js";
import { codeText, kafkaCodes } from "./error-codes.js";
import { LinkError } from "./link.js";

export interface FetchCall {
  readonly brokerId: number;
  readonly lane: Lane;
  /** How long the broker may wait for the first byte, ms. */
  readonly waitMs: number;
  readonly maxBytes: number;
  /** One a partition, since an answer does not say which of two it belongs to. */
  readonly parts: readonly FetchPart[];
}

/** What each part got. Never rejects. */
export type Fetched = (part: FetchPart) => FetchedPart | LinkError;

export async function fetchCommitted(cluster: KafkaCluster, call: FetchCall): Promise<Fetched> {
  const { brokerId, lane, waitMs, maxBytes, parts } = call;
  const { requestTimeoutMs } = cluster.options;
  const found = new Map<string, FetchedPart>();
  let failure: LinkError | undefined;
  try {
    const request = fetchRecords({ waitMs, maxBytes, isCommittedOnly: true, parts });
    const answer = await cluster.call(brokerId, lane, request, requestTimeoutMs);
    for (const part of answer.parts) found.set(partName(part), part);
    if (answer.code !== kafkaCodes.NONE)
      failure = new LinkError(`broker ${brokerId}: Fetch: ${codeText(answer.code)}`, { wasSent: true });
  } catch (error) {
    failure = error instanceof LinkError ? error : new LinkError(messageOf(error), { wasSent: false, cause: error });
  }
  const missing = failure ?? new LinkError(`broker ${brokerId}: Fetch: a partition is missing`, { wasSent: true });
  return (part) => found.get(partName(part)) ?? missing;
}

/** Names a partition of one incarnation of a topic. */
export function partName({ topicId, partition }: { readonly topicId: Buffer; readonly partition: number }): string {
  return `${topicId.toString("latin1")}/${partition}`;
}
