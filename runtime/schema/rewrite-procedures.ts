/** Records whose code stands once and is called: those that hold themselves, and those of a program that has become long. */
import { type Assembler, ops } from "./rewrite-ops.js";
import { isRecursive, type RecordNode } from "./type-node.js";

/** Numbers of a program up to which records stand where they are used; from there on, each stands once and is called. */
const inlineLimit = 4096;

/** A record that is called. */
interface Procedure {
  readonly holes: number[];
  readonly emit: () => void;
}

/** Those of one program. */
export class Procedures {
  readonly #out: Assembler;
  /** By the writer's record; those that are only passed over have no reader. */
  readonly #known = new Map<RecordNode, Map<RecordNode | undefined, Procedure>>();
  readonly #waiting: Procedure[] = [];

  constructor(out: Assembler) {
    this.#out = out;
  }

  /** Puts the code of a record here, or calls it where it stands. */
  place(writer: RecordNode, reader: RecordNode | undefined, emit: () => void): void {
    const isNested = isRecursive(writer);
    if (!isNested && this.#out.length < inlineLimit) {
      emit();
      return;
    }
    const readers = this.#known.get(writer) ?? new Map<RecordNode | undefined, Procedure>();
    this.#known.set(writer, readers);
    let procedure = readers.get(reader);
    if (procedure === undefined) {
      procedure = { holes: [], emit: isNested ? () => this.#nested(emit) : emit };
      readers.set(reader, procedure);
      this.#waiting.push(procedure);
    }
    this.#out.emit(ops.call);
    procedure.holes.push(this.#out.hole());
  }

  /** Puts the code of those that are called behind the program. */
  finish(): void {
    const done: (readonly [number, Procedure])[] = [];
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      done.push([this.#out.label(), next]);
      next.emit();
      this.#out.emit(ops.return);
    }
    for (const [entry, { holes }] of done) for (const hole of holes) this.#out.fill(hole, entry);
  }

  #nested(emit: () => void): void {
    this.#out.emit(ops.enter);
    emit();
    this.#out.emit(ops.leave);
  }
}
