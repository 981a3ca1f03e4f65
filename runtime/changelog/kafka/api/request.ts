/** One request of Kafka's protocol, encoded, with the way to read its answer. Versions are fixed: brokers from 3.1 on have all. */
import { WireReader } from "../wire-reader.js";
import { WireWriter } from "../wire-writer.js";

export interface ApiRequest<T> {
  /** Kafka's number of the request, its name for messages, and its version. */
  readonly key: number;
  readonly name: string;
  readonly version: number;
  readonly body: Buffer;
  /** @throws WireFault */
  decode(payload: Buffer): T;
}

interface ApiForm<T> {
  readonly key: number;
  readonly name: string;
  readonly version: number;
  /** Whether head and body end in tagged fields (KIP-482). */
  readonly isFlexible?: boolean;
  readonly write: (out: WireWriter) => void;
  readonly read: (source: WireReader) => T;
  /** About the bytes of the body. */
  readonly capacity?: number;
}

export function apiRequest<T>({
  key,
  name,
  version,
  isFlexible = false,
  write,
  read,
  capacity,
}: ApiForm<T>): ApiRequest<T> {
  const out = new WireWriter(capacity);
  // The head's own tagged fields stand between the client id, which the transport writes, and the body.
  if (isFlexible) out.noTags();
  write(out);
  return {
    key,
    name,
    version,
    body: out.bytes,
    decode: (payload) => {
      const source = new WireReader(payload);
      if (isFlexible) source.tags();
      return read(source);
    },
  };
}

/** Reads an array. @param leastBytes What an item has at least. */
export function items<T>(source: WireReader, leastBytes: number, item: (source: WireReader) => T): T[] {
  return Array.from({ length: source.count(leastBytes) }, () => item(source));
}

/** The same in the compact form. */
export function compactItems<T>(source: WireReader, leastBytes: number, item: (source: WireReader) => T): T[] {
  return Array.from({ length: source.compactCount(leastBytes) }, () => item(source));
}
