/** Seeded faults of Avro frames: magic byte 0, schema id in four bytes, Avro binary. */
import type { Chance } from "../chance.js";
import { mutateBytes } from "./mutate-json.js";

const frameHead = 5;
/** Varints of hostile lengths: 2^60, more than ten bytes, the most negative long. */
const hostile = [
  "8080808080808080801f",
  "ffffffffffffffffffff01",
  "ffffffffffffffffff01",
  "8080808080808080808080800100",
  "feffffff1f",
];

/** A frame with a fault behind its head, or now and then in it. */
export function mutateFrame(frame: Uint8Array, chance: Chance): Buffer {
  const head = Buffer.from(frame.subarray(0, frameHead));
  const body = Buffer.from(frame.subarray(frameHead));
  if (chance.happens(0.12)) {
    head[chance.int(0, frameHead)] = chance.int(0, 256);
    return Buffer.concat([head, body]);
  }
  if (chance.happens(0.04)) return Buffer.from(frame.subarray(0, chance.int(0, frameHead)));
  if (chance.happens(0.3)) {
    const at = chance.int(0, body.length + 1);
    const bytes = Buffer.from(chance.pick(hostile), "hex");
    return Buffer.concat([head, body.subarray(0, at), bytes, body.subarray(at + chance.int(0, 3))]);
  }
  return Buffer.concat([head, mutateBytes(body, chance)]);
}
