/**
 * What a broker's answer to a produce request says about the batch. The rule: "refused" and "fenced" are promises that the
 * batch is not in the log now or later; where that is not certain, it is "unknown" and a fence finds out.
 */
import { codeName, type KafkaCodeName, kafkaCodes } from "./error-codes.js";

/**
 * - `acknowledged`: in the log, on as many replicas as the topic asks for
 * - `refused`: not in the log, and the same batch would be refused again
 * - `again`: not in the log; the leader has to be looked up anew, or the last transaction's marker is still under way
 * - `fenced`: not in the log; a later epoch writes
 * - `unknown`: in the log, or not, or it comes later
 */
export type AppendVerdict = "acknowledged" | "refused" | "again" | "fenced" | "unknown";

/** By the code of an answer of a leader that did not append. Codes that stand nowhere here are `unknown`. */
const verdicts: { readonly [name in KafkaCodeName]?: AppendVerdict } = {
  NONE: "acknowledged",
  // Checked before the batch is appended: nothing of it is in the log.
  CORRUPT_MESSAGE: "refused",
  MESSAGE_TOO_LARGE: "refused",
  RECORD_LIST_TOO_LARGE: "refused",
  INVALID_RECORD: "refused",
  INVALID_TIMESTAMP: "refused",
  INVALID_TOPIC_EXCEPTION: "refused",
  INVALID_REQUIRED_ACKS: "refused",
  INVALID_REQUEST: "refused",
  UNSUPPORTED_VERSION: "refused",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "refused",
  UNSUPPORTED_COMPRESSION_TYPE: "refused",
  POLICY_VIOLATION: "refused",
  TOPIC_AUTHORIZATION_FAILED: "refused",
  CLUSTER_AUTHORIZATION_FAILED: "refused",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "refused",
  // Too few replicas before the append. Its twin, NOT_ENOUGH_REPLICAS_AFTER_APPEND, leaves the batch in the leader's log.
  NOT_ENOUGH_REPLICAS: "refused",
  // Metadata was stale: this broker does not lead the partition, or does not know it yet.
  UNKNOWN_TOPIC_OR_PARTITION: "again",
  LEADER_NOT_AVAILABLE: "again",
  NOT_LEADER_OR_FOLLOWER: "again",
  // The producer's last transaction has no marker in this partition yet.
  INVALID_TXN_STATE: "again",
  CONCURRENT_TRANSACTIONS: "again",
  // A later producer epoch has its marker, or its first batch, in the partition. With one append in flight, and none before
  // the own marker was read, the later epoch is another master's.
  INVALID_PRODUCER_EPOCH: "fenced",
  PRODUCER_FENCED: "fenced",
  // The batch is not in the log by this request, but the broker's idea of our sequence is not ours: only a new producer
  // epoch makes them agree, and that is what an unknown outcome leads to. (OUT_OF_ORDER_SEQUENCE_NUMBER,
  // DUPLICATE_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_ID_MAPPING.)
  // REQUEST_TIMED_OUT, NETWORK_EXCEPTION, KAFKA_STORAGE_ERROR, UNKNOWN_SERVER_ERROR: appended or not, nobody says.
};

/** What to do about what a leader will refuse until somebody does something: nearly always a setting of the topic was changed. */
const cures: { readonly [name in KafkaCodeName]?: string } = {
  MESSAGE_TOO_LARGE: tooLarge(),
  RECORD_LIST_TOO_LARGE: tooLarge(),
  NOT_ENOUGH_REPLICAS:
    "fewer copies are in sync than the topic's min.insync.replicas asks for: bring brokers back, or set it to the number of copies at most",
  INVALID_TIMESTAMP: "set the topic's message.timestamp.type back to LogAppendTime, as a start of the node does",
  POLICY_VIOLATION: "a policy of the brokers forbids it: their log says which",
};

function tooLarge(): string {
  return "the topic's max.message.bytes has become too small: set it back to what it was, as a start of the node does";
}

/** With a semicolon before it; empty where nothing has to be done. */
export function cureText(code: number): string {
  const name = codeName(code);
  const cure = name === undefined ? undefined : cures[name];
  return cure === undefined ? "" : `; ${cure}`;
}

/**
 * @param baseOffset Set when the leader appended before it failed, as when it lost its lead while replicas copied: the batch
 * may then be in the log of the next leader.
 */
export function verdictOf(code: number, baseOffset: bigint): AppendVerdict {
  const name = codeName(code);
  const verdict = (name === undefined ? undefined : verdicts[name]) ?? "unknown";
  if (code !== kafkaCodes.NONE && baseOffset >= 0n) return "unknown";
  return verdict;
}
