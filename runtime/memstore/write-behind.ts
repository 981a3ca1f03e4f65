/**
 * Brings what partitions gather into the file, in groups: the layers of all partitions that have something, in one
 * transaction. While a group is being written the next one is packed already, so that the thread which writes need not wait
 * for this one. Groups are written in the order in which they were packed; one that cannot be written is tried again, and
 * those behind it wait.
 */
import type { Clock, Timer } from "../core/clock.js";
import { ByteWriter } from "../disk/byte-writer.js";
import { type PackedGroup, packLayer } from "./flush-group.js";
import type { Layer } from "./layer.js";

/** What the groups are made of. */
export interface LayerSource {
  /** Id in the file. */
  readonly id: number;
  /** Ends the layer that gathers and begins another one. */
  seal(): Layer;
  /** The oldest layer that was sealed is in the file. @param answers How many the file has of the partition now. */
  persisted(answers: number): void;
}

export interface WriteBehindOptions {
  readonly clock: Clock;
  /** How long changes gather before they are written, ms. */
  readonly flushMs: number;
  /** Bytes of changes that are written without waiting for `flushMs`. */
  readonly flushBytes: number;
  /** Bytes of changes that are not written yet, above which `pressure` asks callers to wait. */
  readonly unflushedBytes: number;
  /** Writes a group in one transaction, and begins with it before it returns; answers by partition's id how many answers the file has of it then. */
  readonly write: (group: PackedGroup) => Promise<ReadonlyMap<number, number>>;
  /** A group could not be written. @returns The error for those who wait for it. */
  readonly failed: (error: unknown) => Error;
}

/** Groups that are packed: the one that is being written, and the next. */
const groupLimit = 2;
/** Wait after a write that failed, ms. */
const retryMs = 1_000;
/** Room for what a layer has beside its rows and answers; a checkpoint that names many topics or keys makes the buffer grow. */
const layerRoomBytes = 1024;

interface Group {
  readonly layers: readonly { readonly source: LayerSource; readonly layer: Layer }[];
  readonly bytes: number;
  /** undefined: it was given away; it is packed again when it has to be written again. */
  packed: PackedGroup | undefined;
}

/** See the head of the file. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #dirty = new Set<LayerSource>();
  /** Oldest first. */
  readonly #groups: Group[] = [];
  /** Bytes of changes that are in no group. */
  #gathered = 0;
  /** Bytes of changes that are in groups. */
  #grouped = 0;
  #timer: Timer | undefined;
  /** The write under way, of the first group. */
  #writing: Promise<void> | undefined;
  #relief: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** The last attempt to write failed; the next one waits for its timer, or for somebody who asks for it. */
  #isFailing = false;
  #isStopped = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** A partition has `bytes` more that are not in the file. */
  grew(source: LayerSource, bytes: number): void {
    this.#gathered += bytes;
    this.#dirty.add(source);
    if (this.#gathered >= this.#options.flushBytes) this.#writeSoon();
    else this.#schedule(this.#options.flushMs);
  }

  /** Resolves when less is waiting to be written; undefined: there is no need to wait. */
  pressure(): Promise<void> | undefined {
    if (!this.#isPressed) return undefined;
    if (this.#relief === undefined) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#relief = { promise, resolve };
    }
    this.#writeSoon();
    return this.#relief.promise;
  }

  /** Writes what was applied before the call. Rejects when an attempt to write fails. */
  async flush(): Promise<void> {
    while (this.#dirty.size > 0 && this.#groups.length >= groupLimit) await this.#writeFirst();
    this.#group();
    const last = this.#groups.at(-1);
    while (last !== undefined && this.#groups.includes(last)) await this.#writeFirst();
  }

  /** Nothing is written by itself any more. */
  stop(): void {
    this.#isStopped = true;
    this.#unschedule();
  }

  /** Resolves when no write is under way, however it ends. */
  async settled(): Promise<void> {
    await this.#writing?.catch(() => undefined);
  }

  get #isPressed(): boolean {
    return this.#gathered + this.#grouped > this.#options.unflushedBytes;
  }

  /** Packs what has gathered, if anything has. */
  #group(): void {
    if (this.#dirty.size === 0) return;
    const layers = [...this.#dirty].map((source) => ({ source, layer: source.seal() }));
    this.#dirty.clear();
    this.#groups.push({ layers, bytes: this.#gathered, packed: packedOf(layers) });
    this.#grouped += this.#gathered;
    this.#gathered = 0;
  }

  /** Writes, unless a write is under way or waits for its timer; and packs what is to be written next. */
  #writeSoon(): void {
    if (this.#groups.length === 0) this.#group();
    // A failure is logged, and tried again.
    if (this.#writing === undefined && !this.#isFailing && !this.#isStopped) this.#write()?.catch(() => undefined);
    if (this.#groups.length < groupLimit && this.#gathered >= this.#options.flushBytes) this.#group();
  }

  /** Waits for the write that others have begun, or writes the first group. Rejects when its own attempt fails. */
  #writeFirst(): Promise<void> {
    return this.#writing?.catch(() => undefined) ?? this.#write() ?? Promise.resolve();
  }

  #write(): Promise<void> | undefined {
    const [group] = this.#groups;
    if (group === undefined) return undefined;
    this.#unschedule();
    this.#writing = this.#writeGroup(group);
    return this.#writing;
  }

  async #writeGroup(group: Group): Promise<void> {
    const { write, failed } = this.#options;
    try {
      const packed = group.packed ?? packedOf(group.layers);
      group.packed = undefined;
      const answers = await write(packed);
      for (const { source } of group.layers) source.persisted(answers.get(source.id) ?? 0);
    } catch (error) {
      this.#writing = undefined;
      this.#isFailing = true;
      this.#unschedule();
      this.#schedule(retryMs);
      throw failed(error);
    }
    // In the same turn as what follows from it: a change that comes later finds the state of its time.
    this.#writing = undefined;
    this.#isFailing = false;
    this.#groups.shift();
    this.#grouped -= group.bytes;
    if (!this.#isPressed) {
      this.#relief?.resolve();
      this.#relief = undefined;
    }
    if (this.#groups.length > 0 || this.#gathered >= this.#options.flushBytes) this.#writeSoon();
    else if (this.#dirty.size > 0) this.#schedule(this.#options.flushMs);
  }

  #unschedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer ??= this.#options.clock.after(
      delayMs,
      () => {
        this.#timer = undefined;
        this.#isFailing = false;
        this.#writeSoon();
      },
      { unref: true },
    );
  }
}

function packedOf(layers: Group["layers"]): PackedGroup {
  // Memory that is not written to costs nothing, and growing would copy.
  const room = layers.reduce((sum, { layer }) => sum + layer.bytes + layerRoomBytes, 0);
  const out = new ByteWriter(new ArrayBuffer(room));
  for (const { source, layer } of layers) packLayer(out, source.id, layer);
  return { buffer: out.buffer, length: out.length };
}
