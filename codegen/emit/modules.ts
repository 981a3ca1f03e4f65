/** Module specifiers: of the package's doors, and between files of the output. */
import type { TypeStyle } from "../service/model.js";

/** Doors of the package that generated code imports. */
export const schemaDoor = "affinity-data/schema";
export const clientDoor = "affinity-data/client";
export const nodeDoor = "affinity-data";

/** How generated code is written. */
export interface OutputStyle extends TypeStyle {
  /** Ending of imports between generated files. */
  readonly importEnding: ".js" | ".ts" | "";
}

/** The specifier of module `to` in module `from`, both paths within one folder without ending. */
export function relativeModule(from: string, to: string, ending: string): string {
  const here = from.split("/").slice(0, -1);
  const there = to.split("/");
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  const up = here.length - shared;
  const path = [...Array<string>(up).fill(".."), ...there.slice(shared)].join("/");
  return `${up === 0 ? "./" : ""}${path}${ending}`;
}
