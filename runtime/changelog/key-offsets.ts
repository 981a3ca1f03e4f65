/** The newest offset of each key of a piece of a log: exact, compact, bounded in memory. */

const firstSlots = 1024;

/** A hash table over bytes of its own: about 30 bytes beside each key. */
export class KeyOffsets {
  readonly #limitBytes: number;
  #keys = Buffer.allocUnsafe(16 * 1024);
  #keysLength = 0;
  /** Entry number plus one; 0 is free. */
  #slots = new Int32Array(firstSlots);
  #starts = new Uint32Array(firstSlots / 2);
  #ends = new Uint32Array(firstSlots / 2);
  #hashes = new Uint32Array(firstSlots / 2);
  #offsets = new Float64Array(firstSlots / 2);
  #size = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Number of keys. */
  get size(): number {
    return this.#size;
  }

  /** Notes an offset for the key at `[start, end)` of `bytes`. @returns false when the bound is reached and nothing is noted. */
  set(bytes: Buffer, start: number, end: number, offset: number): boolean {
    const hash = hashOf(bytes, start, end);
    const slot = this.#find(bytes, start, end, hash);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) {
      this.#offsets[known - 1] = offset;
      return true;
    }
    if (!this.#makeRoom(end - start)) return false;
    const entry = this.#size++;
    this.#starts[entry] = this.#keysLength;
    this.#keysLength += bytes.copy(this.#keys, this.#keysLength, start, end);
    this.#ends[entry] = this.#keysLength;
    this.#hashes[entry] = hash;
    this.#offsets[entry] = offset;
    // Making room may have moved the slots.
    this.#slots[this.#find(bytes, start, end, hash)] = this.#size;
    return true;
  }

  /** The offset of the key at `[start, end)` of `bytes`; −1 when it was never set. */
  get(bytes: Buffer, start: number, end: number): number {
    const known = this.#slots[this.#find(bytes, start, end, hashOf(bytes, start, end))] ?? 0;
    return known === 0 ? -1 : (this.#offsets[known - 1] ?? -1);
  }

  /** The slot of a key, or the free one where it belongs. */
  #find(bytes: Buffer, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0) return slot;
      const entry = known - 1;
      if (this.#hashes[entry] !== hash) continue;
      if (bytes.compare(this.#keys, this.#starts[entry], this.#ends[entry], start, end) === 0) return slot;
    }
  }

  #makeRoom(keyBytes: number): boolean {
    const needsKeys = this.#keysLength + keyBytes > this.#keys.length;
    const needsSlots = this.#size * 2 >= this.#slots.length;
    if (!needsKeys && !needsSlots) return true;
    const keysSize = needsKeys ? Math.max(this.#keys.length * 2, this.#keysLength + keyBytes) : this.#keys.length;
    const slots = needsSlots ? this.#slots.length * 2 : this.#slots.length;
    const bytesPerSlot = 4 + (4 + 4 + 4 + 8) / 2;
    if (this.#size > 0 && keysSize + slots * bytesPerSlot > this.#limitBytes) return false;
    if (needsKeys) this.#growKeys(keysSize);
    if (needsSlots) this.#growSlots(slots);
    return true;
  }

  #growKeys(size: number): void {
    const keys = Buffer.allocUnsafe(size);
    this.#keys.copy(keys, 0, 0, this.#keysLength);
    this.#keys = keys;
  }

  #growSlots(slots: number): void {
    this.#starts = grown(this.#starts, new Uint32Array(slots / 2));
    this.#ends = grown(this.#ends, new Uint32Array(slots / 2));
    this.#hashes = grown(this.#hashes, new Uint32Array(slots / 2));
    this.#offsets = grown(this.#offsets, new Float64Array(slots / 2));
    this.#slots = new Int32Array(slots);
    const mask = slots - 1;
    for (let entry = 0; entry < this.#size; entry += 1) {
      let slot = (this.#hashes[entry] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function grown<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

// FNV-1a, mixed at the end so that keys that differ in their last bytes spread.
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
