/**
 * How the answer of a keyed write is remembered: in the headers of the last record that the call wrote, so that it
 * travels with the log, and in the memstore beside the rows.
 *
 *   in headers    version (1), flags, 16 bytes fingerprint, 6 bytes time of the first attempt, 4 bytes records, reply
 *   in memstore   version (1), flags, 16 bytes fingerprint, 2 bytes length of the position's text, position, reply
 *   reply         4 bytes schema id where there is one, Avro binary
 *
 * Flags: 1 a row was there before, 2 there is a reply, 4 the reply has a schema id: an answer may outlive the schema that it
 * was given with. The position is not in the headers because offsets are known only when the append is acknowledged; whoever
 * applies the record adds it.
 */
import { partOf } from "../core/bytes.js";
import { assert } from "../core/errors.js";
import type { Position } from "./access.js";
import { parsePosition, positionText } from "./position.js";

/** Bytes of a fingerprint of a request. */
export const fingerprintBytes = 16;

/** What a keyed write answered, apart from its place in the log. */
export interface AnswerBody {
  /** Hash of the request, 16 bytes. */
  readonly fingerprint: Uint8Array;
  readonly existed: boolean;
  /** Avro binary, and the id of the schema that it was written with. */
  readonly reply: Uint8Array | undefined;
  readonly replySchema: number | undefined;
}

/** An answer as headers carry it. */
export interface HeaderAnswer extends AnswerBody {
  /** When the first attempt was made, ms: from then on it is remembered. */
  readonly time: number;
  /** Records that the call wrote, the one with this header being the last. */
  readonly records: number;
}

/** An answer as the memstore keeps it. */
export interface RememberedAnswer extends AnswerBody {
  readonly position: Position;
}

const version = 1;
const headBytes = 2 + fingerprintBytes;
const idBytes = 4;

/** Bytes for `RecordHeaders.reply`. */
export function encodeHeaderAnswer(answer: HeaderAnswer): Uint8Array {
  const bytes = start(answer, 10);
  bytes.writeUIntBE(answer.time, headBytes, 6);
  bytes.writeUInt32BE(answer.records, headBytes + 6);
  setReply(bytes, answer, headBytes + 10);
  return bytes;
}

/** Reads `RecordHeaders.reply`; undefined when it is none of ours. */
export function decodeHeaderAnswer(bytes: Uint8Array): HeaderAnswer | undefined {
  const view = asBuffer(bytes);
  const idLength = ((view[1] ?? 0) & 4) === 0 ? 0 : idBytes;
  if (view.length < headBytes + 10 + idLength || view[0] !== version) return undefined;
  return {
    ...body(view, headBytes + 10),
    time: view.readUIntBE(headBytes, 6),
    records: view.readUInt32BE(headBytes + 6),
  };
}

/** Bytes for `IdempotencyEntry.answer`. */
export function encodeRemembered(answer: RememberedAnswer): Uint8Array {
  const text = positionText(answer.position);
  const bytes = start(answer, 2 + text.length);
  bytes.writeUInt16BE(text.length, headBytes);
  bytes.write(text, headBytes + 2, "latin1");
  setReply(bytes, answer, headBytes + 2 + text.length);
  return bytes;
}

/** Reads `IdempotencyEntry.answer`, which this process's own code wrote. */
export function decodeRemembered(bytes: Uint8Array): RememberedAnswer {
  const view = asBuffer(bytes);
  assert(view.length >= headBytes + 2 && view[0] === version, "a remembered answer has a known form");
  const end = headBytes + 2 + view.readUInt16BE(headBytes);
  return { ...body(view, end), position: parsePosition(view.toString("latin1", headBytes + 2, end)) };
}

/** Whether two fingerprints are the same. */
export function sameFingerprint(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function start(answer: AnswerBody, extra: number): Buffer {
  assert(answer.fingerprint.length === fingerprintBytes, "a fingerprint has 16 bytes");
  const { existed, fingerprint, reply, replySchema } = answer;
  const hasId = reply !== undefined && replySchema !== undefined;
  const bytes = Buffer.allocUnsafe(headBytes + extra + (hasId ? idBytes : 0) + (reply?.length ?? 0));
  bytes[0] = version;
  bytes[1] = (existed ? 1 : 0) | (reply === undefined ? 0 : 2) | (hasId ? 4 : 0);
  bytes.set(fingerprint, 2);
  return bytes;
}

/** The reply is the last part. */
function setReply(bytes: Buffer, { reply, replySchema }: AnswerBody, at: number): void {
  if (reply === undefined) return;
  if (replySchema !== undefined) bytes.writeUInt32BE(replySchema, at);
  bytes.set(reply, replySchema === undefined ? at : at + idBytes);
}

function body(view: Buffer, replyAt: number): AnswerBody {
  const flags = view[1] ?? 0;
  const hasId = (flags & 4) !== 0;
  return {
    fingerprint: partOf(view, 2, headBytes),
    existed: (flags & 1) !== 0,
    reply: (flags & 2) === 0 ? undefined : partOf(view, hasId ? replyAt + idBytes : replyAt, view.length),
    replySchema: hasId ? view.readUInt32BE(replyAt) : undefined,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
