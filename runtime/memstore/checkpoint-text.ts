/** A checkpoint as JSON text; 64-bit numbers stand as text. */
import { assert } from "../core/errors.js";
import type { Checkpoint } from "./memstore.js";

/** What `readCheckpoint` reads. */
export function checkpointText(checkpoint: Checkpoint): string {
  return JSON.stringify(checkpoint, (_member, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

/** Reads what `checkpointText` wrote, in this or an earlier version. */
export function readCheckpoint(text: string): Checkpoint {
  const members = new Map(Object.entries(objectOf(JSON.parse(text))));
  const number = (name: string): number => {
    const value = members.get(name);
    assert(typeof value === "number", `a checkpoint has a number ${name}`);
    return value;
  };
  const string = (name: string): string => textOf(members.get(name), name);
  const shadowed = members.get("shadowed");
  assert(Array.isArray(shadowed), "a checkpoint lists shadowed keys");
  const offsets = Object.entries(objectOf(members.get("offsets")));
  const incarnations = Object.entries(objectOf(members.get("incarnations")));
  return {
    offsets: Object.fromEntries(offsets.map(([topic, offset]) => [topic, BigInt(textOf(offset, "offset"))])),
    epoch: number("epoch"),
    batch: number("batch"),
    writer: BigInt(string("writer")),
    index: number("index"),
    shadowed: shadowed.map((key) => textOf(key, "shadowed key")),
    caughtUpTime: number("caughtUpTime"),
    incarnations: Object.fromEntries(incarnations.map(([topic, name]) => [topic, textOf(name, "incarnation")])),
    layout: string("layout"),
  };
}

function objectOf(value: unknown): object {
  assert(typeof value === "object" && value !== null, "a checkpoint is an object of objects");
  return value;
}

function textOf(value: unknown, name: string): string {
  assert(typeof value === "string", `a checkpoint has a text ${name}`);
  return value;
}
