/**
 * Which handlers run, in memory that another thread can read while this one is blocked.
 *
 *   header   4 × 32 bits: beats of the event loop; 1 while a debugger is attached; two unused
 *   slots    one a partition: 4 × 32 bits (order of the start, 0 when no handler runs; message; bytes of the key; unused)
 *            and the first bytes of the key as it stands in the topic
 */

/** Is told which handler of a partition runs. */
export interface HandlerWatch {
  /** A handler of this partition is called. `message` is its place in the plan. */
  started(message: number, serializedKey: Uint8Array): void;
  /** It has returned or is not waited for any more. */
  ended(): void;
}

export const noHandlerWatch: HandlerWatch = { started() {}, ended() {} };

const headerInts = 4;
const slotInts = 32;
const slotBytes = slotInts * 4;
const slotHeadBytes = 16;
const keyBytes = slotBytes - slotHeadBytes;

/** A handler that runs, as read from another thread. */
export interface RunningHandler {
  /** Place of the partition among those that are watched. */
  readonly slot: number;
  /** Grows from start to start. */
  readonly order: number;
  readonly message: number;
  /** The beginning of the key as it stands in the topic, and whether it is all of it. */
  readonly key: Uint8Array;
  readonly isWhole: boolean;
}

/** Both sides' view of the shared memory. */
export class RunningHandlers {
  readonly memory: SharedArrayBuffer;
  readonly #ints: Int32Array;
  readonly #bytes: Uint8Array;
  #order = 0;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#ints = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
  }

  static forPartitions(count: number): RunningHandlers {
    return new RunningHandlers(new SharedArrayBuffer(headerInts * 4 + count * slotBytes));
  }

  get beats(): number {
    return Atomics.load(this.#ints, 0);
  }

  beat(hasDebugger: boolean): void {
    Atomics.store(this.#ints, 1, hasDebugger ? 1 : 0);
    Atomics.add(this.#ints, 0, 1);
  }

  get hasDebugger(): boolean {
    return Atomics.load(this.#ints, 1) === 1;
  }

  /** The watch of one partition, by its place. */
  watch(slot: number): HandlerWatch {
    const base = headerInts + slot * slotInts;
    return {
      started: (message, key) => {
        this.#ints[base + 1] = message;
        this.#ints[base + 2] = key.length;
        this.#bytes.set(key.length > keyBytes ? key.subarray(0, keyBytes) : key, base * 4 + slotHeadBytes);
        this.#order = (this.#order + 1) & 0x7fffffff || 1;
        Atomics.store(this.#ints, base, this.#order);
      },
      ended: () => void Atomics.store(this.#ints, base, 0),
    };
  }

  /** Those that run now, the one that was started last first. */
  running(): readonly RunningHandler[] {
    const found: RunningHandler[] = [];
    for (let slot = 0; headerInts + (slot + 1) * slotInts <= this.#ints.length; slot++) {
      const base = headerInts + slot * slotInts;
      const order = Atomics.load(this.#ints, base);
      if (order === 0) continue;
      const length = this.#ints[base + 2] ?? 0;
      const start = base * 4 + slotHeadBytes;
      const key = this.#bytes.slice(start, start + Math.min(length, keyBytes));
      found.push({ slot, order, message: this.#ints[base + 1] ?? 0, key, isWhole: length <= keyBytes });
    }
    return found.sort((one, other) => other.order - one.order);
  }
}
