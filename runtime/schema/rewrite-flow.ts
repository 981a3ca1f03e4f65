/** Instructions that go on at one of several places, or at the same again: unions, arrays and maps. */
import { type Assembler, ops } from "./rewrite-ops.js";
import type { TypeNode, UnionNode } from "./type-node.js";

/** Emits the code of a branch, by its place in the union. */
type EmitBranch = (branch: TypeNode, place: number) => void;

/** One of several branches goes on at its target, and all meet again behind; the index stays as it is, or is left out. */
export function emitUnion(out: Assembler, node: UnionNode, each: EmitBranch): void {
  const some = soleOf(node);
  if (some === undefined) {
    emitChoice(out, ops.union, node, each);
    return;
  }
  // The byte of an index is twice as much.
  out.emit(ops.optional, 2 * some.none);
  const exit = out.hole();
  each(some.branch, 1 - some.none);
  out.fill(exit);
}

/** The same where the reader has another index for each branch. */
export function emitBranch(out: Assembler, node: UnionNode, indexes: readonly number[], each: EmitBranch): void {
  emitChoice(out, ops.branch, node, each, indexes);
}

function emitChoice(
  out: Assembler,
  op: number,
  { branches }: UnionNode,
  each: EmitBranch,
  indexes?: readonly number[],
): void {
  out.emit(op, branches.length);
  const holes = branches.map((_, place) => {
    const index = indexes?.[place];
    if (index !== undefined) out.emit(index);
    return out.hole();
  });
  const exits: number[] = [];
  for (const [place, branch] of branches.entries()) {
    const hole = holes[place] ?? 0;
    const start = out.label();
    out.fill(hole, start);
    each(branch, place);
    // A branch without bytes meets the others at once; the last one has nothing to jump over.
    if (out.label() === start) exits.push(hole);
    else if (place < branches.length - 1) {
      out.emit(ops.jump);
      exits.push(out.hole());
    }
  }
  for (const exit of exits) out.fill(exit);
}

/** Begins the items of an array or map with one instruction, and ends each with another. */
export function emitBlocks(out: Assembler, begin: number, end: number, item: () => void): void {
  out.emit(begin);
  const none = out.hole();
  const first = out.label();
  item();
  out.emit(end, first);
  out.fill(none);
}

/** What stands beside null in a union of two, and the place of null; undefined for others. */
export function soleOf({ branches }: UnionNode): { readonly none: number; readonly branch: TypeNode } | undefined {
  const none = branches.findIndex(({ kind }) => kind === "null");
  const branch = branches[1 - none];
  return branches.length !== 2 || none < 0 || branch === undefined ? undefined : { none, branch };
}
