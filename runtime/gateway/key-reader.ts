/** Keys of one keyspace as requests hold them: in the path, in `?key=`, in JSON, and as the bounds of a list. */
import { AffinityError, isAffinityError } from "../core/errors.js";
import { type KeyPath, keyPath, pathSafe } from "../protocol/key-path.js";
import { keyCodec, type OrderedKeyCodec } from "../schema/ordered-key.js";
import type { AnyType } from "../schema/type.js";
import type { KeyAddress, KeyspaceAccess } from "../state/access.js";
import type { Exchange } from "./exchange.js";
import type { Query } from "./query.js";
import { decodeSegment } from "./target.js";

/** A part of the key order: `from` inclusive, `to` exclusive, absent is open. */
export interface KeyRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** See the head of the file. */
export class KeyReader {
  readonly #access: KeyspaceAccess;
  readonly #type: AnyType;
  readonly #path: KeyPath;
  readonly #ordered: OrderedKeyCodec;

  constructor(access: KeyspaceAccess) {
    this.#access = access;
    this.#type = access.descriptor.key();
    this.#path = keyPath(this.#type.define);
    this.#ordered = keyCodec(this.#type.define);
  }

  /** Segments of a key in a path. */
  get segmentCount(): number {
    return this.#path.segmentCount;
  }

  /** Of a row's route: from the path where it has the key's segments, else from `?key=`. @throws KEY_INVALID, QUERY_INVALID */
  address(exchange: Exchange): KeyAddress {
    if (exchange.segments.length === 0) return this.fromQuery(exchange.query);
    if (exchange.target.query !== "") exchange.query.allow([]);
    return this.fromPath(exchange.segments);
  }

  /** @param segments Still percent-encoded. @throws KEY_INVALID */
  fromPath(segments: readonly string[]): KeyAddress {
    const texts = segments.map((segment) => {
      const text = decodeSegment(segment);
      if (text !== undefined) return text;
      throw new AffinityError("KEY_INVALID", "key in the path: is not percent-encoded UTF-8; a % is written %25");
    });
    if (!pathSafe(texts)) {
      throw new AffinityError(
        "KEY_INVALID",
        "key in the path: an empty segment, . and .. do not survive clients and proxies; send the key as ?key=",
      );
    }
    return this.#access.address(this.#path.keyOf(texts));
  }

  /** From `?key=`, once a segment; the query holds nothing else. @throws KEY_INVALID, QUERY_INVALID */
  fromQuery(query: Query): KeyAddress {
    query.allow(["key"]);
    const texts = query.all("key");
    if (texts === undefined) {
      throw new AffinityError(
        "QUERY_INVALID",
        "parameter key: is missing; it names the row, once a segment of its key",
      );
    }
    return this.#access.address(this.#path.keyOf(texts));
  }

  /** From plain JSON text. @throws KEY_INVALID */
  fromJson(json: string): KeyAddress {
    return this.#access.address(as("KEY_INVALID", "key", () => this.#type.fromJson(json)));
  }

  /** The bounds of a list. @throws QUERY_INVALID, KEY_INVALID */
  range(query: Query): KeyRange {
    const [prefix, from, to] = [query.all("prefix"), query.all("from"), query.all("to")];
    if (prefix === undefined) return { from: this.#bound("from", from), to: this.#bound("to", to) };
    if (from !== undefined || to !== undefined) {
      throw new AffinityError("QUERY_INVALID", "parameter prefix: excludes from and to; it is a range by itself");
    }
    const { from: first, to: end } = as("QUERY_INVALID", "parameter prefix", () =>
      this.#ordered.prefixRange(this.#path.prefixOf(prefix)),
    );
    return { from: first, to: end };
  }

  #bound(name: string, texts: readonly string[] | undefined): string | undefined {
    if (texts === undefined) return undefined;
    return as("QUERY_INVALID", `parameter ${name}`, () => this.#access.address(this.#path.keyOf(texts)).ordered);
  }
}

/** Runs a codec; what it refuses is a fault of the code and subject given. */
function as<T>(code: "KEY_INVALID" | "QUERY_INVALID", subject: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!isAffinityError(thrown)) throw thrown;
    const pointer = code === "KEY_INVALID" ? thrown.pointer : undefined;
    throw new AffinityError(code, `${subject}: ${thrown.detail}`, {
      ...(pointer !== undefined && { pointer }),
      cause: thrown,
    });
  }
}
