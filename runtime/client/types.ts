/** What users of a generated client see. */

/** Headers of every request: fixed, or asked for anew for each attempt (a token that expires). */
export type ClientHeaders =
  | { readonly [name: string]: string }
  | (() => { readonly [name: string]: string } | Promise<{ readonly [name: string]: string }>);

/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  /** Attempts of one call, the first included. Default 30; 1 never tries again. */
  readonly attempts?: number;
  /** Longest pause before the second attempt, in milliseconds; doubles with each one. Default 50. */
  readonly firstDelayMs?: number;
  /** Longest pause at all. Default 2,000. A server's Retry-After is waited for even where it is longer. */
  readonly longestDelayMs?: number;
}

/** What `createClient` takes. */
export interface ClientOptions {
  /** Where the service is: `http://127.0.0.1:8080`, or with a path where a proxy puts one in front. */
  readonly url: string;
  readonly headers?: ClientHeaders;
  /** Time for a call with all its attempts, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** In place of the platform's `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Of every call. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. A write may then have happened. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** Of reads. */
export interface ReadOptions extends CallOptions {
  /** An etag that the row must have: else CONDITION_FAILED. */
  readonly ifMatch?: string | undefined;
  /** An etag that the row must not have: else CONDITION_FAILED with status 304, since the caller has that value already. */
  readonly ifNoneMatch?: string | undefined;
}

/** Of writes. */
export interface WriteOptions extends CallOptions {
  /** Writes only over the row with this etag, or `*`: over any row; else CONDITION_FAILED. */
  readonly ifMatch?: string | undefined;
  /** `*`: writes only where there is no row; else CONDITION_FAILED. */
  readonly ifNoneMatch?: string | undefined;
  /** In place of a key of the client's own making, which is the same for all attempts of one call. */
  readonly idempotencyKey?: string | undefined;
}

/** Of messages. */
export interface MessageOptions extends CallOptions {
  /** Of write messages: in place of a key of the client's own making. */
  readonly idempotencyKey?: string | undefined;
}

/** Which rows, in key order. */
export interface ListOptions<K> extends CallOptions {
  /** Of string keys a text with which they begin; of record keys their leading fields. Excludes `from` and `to`. */
  readonly prefix?: KeyPrefix<K> | undefined;
  /** Inclusive. */
  readonly from?: K | undefined;
  /** Exclusive. */
  readonly to?: K | undefined;
  readonly order?: "asc" | "desc" | undefined;
  /** Rows in all; without it every row. Pages are fetched as one iterates. */
  readonly limit?: number | undefined;
}

/** The leading part of a key. */
export type KeyPrefix<K> = K extends string
  ? string
  : K extends Date | Uint8Array
    ? never
    : K extends object
      ? Partial<K>
      : never;

/** A row with what conditions and positions are made of. */
export interface RowWithMeta<V> {
  readonly value: V;
  /** Where the row's last change stands in the log; opaque. */
  readonly position: string;
  /** For `ifMatch` and `ifNoneMatch`. */
  readonly etag: string;
}

/** What a put answers. */
export interface PutResult {
  /** Where the write stands in the log; opaque. */
  readonly position: string;
  /** Whether there was no row before. */
  readonly created: boolean;
}

/** A keyspace from outside. Every call throws AffinityError with the server's code. */
export interface KeyspaceClient<K, V, I = V> {
  /** Undefined when there is no such row. */
  get(key: K, options?: ReadOptions): Promise<V | undefined>;
  getWithMeta(key: K, options?: ReadOptions): Promise<RowWithMeta<V> | undefined>;
  put(key: K, value: I, options?: WriteOptions): Promise<PutResult>;
  /** Whether there was a row. */
  delete(key: K, options?: WriteOptions): Promise<boolean>;
  list(options?: ListOptions<K>): AsyncIterable<readonly [K, V]>;
}
