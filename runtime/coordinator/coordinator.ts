/** Port: membership and mastership. Epochs of a partition only grow, over restarts too. */

/** Mastership of a partition, while it lasts. */
export interface Mastership {
  readonly keyspace: string;
  readonly partition: number;
  readonly epoch: number;
  /**
   * Whether this node may still answer. Checked in the same synchronous turn as every answer that carries something read
   * (semantics P1).
   */
  isValid(): boolean;
  /** Aborts when mastership is lost. */
  readonly lost: AbortSignal;
  /** Ends the lease for good, then gives mastership up. Idempotent. */
  release(): Promise<void>;
}

/** See the head of the file. */
export interface Coordinator {
  /** Resolves when this node is the partition's master. */
  becomeMaster(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly signal: AbortSignal;
  }): Promise<Mastership>;
  /** Releases everything. Idempotent. */
  close(): Promise<void>;
}
