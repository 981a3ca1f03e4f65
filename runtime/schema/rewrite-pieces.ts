/** What becomes of the fields of a record when it is rewritten: which stay, which are left out, and where defaults come in. */
import { sourcesOf } from "./aliases.js";
import { fieldDefault } from "./default-value.js";
import { withPlace } from "./explain.js";
import type { FieldNode, RecordNode, TypeNode } from "./type-node.js";
import { Walk } from "./walk.js";
import { writeWalking } from "./walk-binary.js";
import { Writer } from "./writer.js";

/** A field of the writer, which the reader has at `place` or not at all, or a default. */
export type Piece =
  | { readonly place: number; readonly bytes: Uint8Array }
  | {
      readonly place: number | undefined;
      readonly writer: TypeNode;
      readonly reader: TypeNode | undefined;
      readonly bytes?: undefined;
    };

/** What is to be done with each of the writer's fields, in its order, defaults where they fit into it. */
export function piecesOf(writer: RecordNode, reader: RecordNode): readonly Piece[] {
  const places = new Map<number, number>();
  const defaults: Piece[] = [];
  for (const [place, field] of reader.fields.entries()) {
    const [source] = sourcesOf(field, writer);
    if (source === undefined) defaults.push({ place, bytes: defaultBytes(field, reader) });
    else places.set(source, place);
  }
  const pieces: Piece[] = writer.fields.map(({ type }, index) => {
    const place = places.get(index);
    const field = place === undefined ? undefined : reader.fields[place];
    return { place, writer: type, reader: field?.type };
  });
  // A default goes before the first field that the reader has behind it.
  for (const piece of defaults) {
    const { place = 0 } = piece;
    const next = pieces.findIndex((other) => other.place !== undefined && other.place > place);
    pieces.splice(next < 0 ? pieces.length : next, 0, piece);
  }
  return pieces;
}

/** Indexes of pieces by their place in the reader; undefined when they come in that order. */
export function orderOf(pieces: readonly Piece[]): readonly number[] | undefined {
  const taken = pieces.flatMap(({ place }, index) => (place === undefined ? [] : [{ place, index }]));
  if (taken.every(({ place }, index) => place === index)) return undefined;
  return taken.sort((one, other) => one.place - other.place).map(({ index }) => index);
}

function defaultBytes(field: FieldNode, { name }: RecordNode): Uint8Array {
  const out = new Writer();
  try {
    writeWalking(field.type, fieldDefault(field), out, new Walk());
  } catch (error) {
    // Generated types have none such.
    throw withPlace(error, `default of ${name}.${field.name}`, "");
  }
  return out.finish().slice();
}
