/** The server's time, learnt from the `Date` of its answers, and idempotency keys that carry it. */
import type { Clock } from "../core/clock.js";
import type { Random } from "../core/random.js";

/** See the head of the file. */
export class ServerTime {
  readonly #clock: Clock;
  readonly #random: Random;
  #offsetMs: number | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether a server has told its time yet. */
  get isKnown(): boolean {
    return this.#offsetMs !== undefined;
  }

  /** Learns from an answer. `Date` has whole seconds, so half a second is added. */
  learn(date: string | null): void {
    const time = date === null ? Number.NaN : Date.parse(date);
    if (Number.isFinite(time)) this.#offsetMs = time + 500 - this.#clock.now();
  }

  /**
   * A UUID of version 7 (RFC 9562 section 5.7): 48 bits of server time in milliseconds, then chance.
   *
   *   tttttttt-tttt-7rrr-vrrr-rrrrrrrrrrrr   v: 8 to b
   */
  key(): string {
    const time = Math.max(0, Math.round(this.#clock.now() + (this.#offsetMs ?? 0)));
    const timeHex = time.toString(16).padStart(12, "0");
    const high = hex(this.#random.bits64());
    const low = hex((this.#random.bits64() & 0x3fff_ffff_ffff_ffffn) | 0x8000_0000_0000_0000n);
    return `${timeHex.slice(0, 8)}-${timeHex.slice(8)}-7${high.slice(0, 3)}-${low.slice(0, 4)}-${low.slice(4)}`;
  }
}

function hex(bits: bigint): string {
  return bits.toString(16).padStart(16, "0");
}
