/** Which types of a writer a reader of another type reads too, and which logical types mean the same. */
import { type Logical, unitOf } from "./logical-type.js";
import type { FixedNode, PrimitiveNode, TypeNode } from "./type-node.js";

/**
 * "the writer's schema may be promoted to the reader's": each primitive with those that it may become.
 *
 * Source: Avro 1.12 specification, "Schema Resolution".
 */
const promotions: { readonly [kind: string]: readonly string[] } = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

/** Whether values of one kind of type are read as those of another. */
export function isPromoted(writer: TypeNode["kind"], reader: TypeNode["kind"]): boolean {
  return promotions[writer]?.includes(reader) === true;
}

/**
 * What keeps a reader from meaning the same by a value's bytes, in words; undefined when nothing does.
 *
 * One side without a logical type takes the value as its base type. Decimals must agree in scale and may gain precision:
 * "two schemas that are decimal logical types match if their scales and precisions match", of which the second is stricter
 * than exactness needs.
 */
export function logicalConflict(
  writer: PrimitiveNode | FixedNode,
  reader: PrimitiveNode | FixedNode,
): string | undefined {
  const [from, to] = [writer.logical, reader.logical];
  if (from === undefined || to === undefined) return undefined;
  if (from.kind === "decimal" && to.kind === "decimal") {
    if (from.scale === to.scale && from.precision <= to.precision) return undefined;
  } else if (logicalText(from) === logicalText(to)) return undefined;
  return `writes ${logicalText(from)}, which ${logicalText(to)} would misread`;
}

function logicalText(logical: Logical): string {
  switch (logical.kind) {
    case "decimal":
      return `decimal(${logical.precision}, ${logical.scale})`;
    case "time":
      return `time-${unitOf(logical.digits)}`;
    case "timestamp":
      return `${logical.isLocal ? "local-" : ""}timestamp-${unitOf(logical.digits)}`;
    default:
      return logical.kind;
  }
}
