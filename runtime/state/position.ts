/**
 * Text of a position (`Affinity-Position`), opaque to callers.
 *
 *   position = "1." partition "." epoch "." batch *( "/" offset "@" topic )
 *
 * Numbers are in base 36 without leading zeros. Every text but the one that `positionText` gives is refused, so that a
 * position has one spelling.
 */
import { AffinityError } from "../core/errors.js";
import type { Position } from "./access.js";

/** Longest text that is looked at, in characters. */
export const positionTextLimit = 8_192;

const grammar = /^1\.([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z]+)((?:\/[0-9a-z]+@[A-Za-z0-9._-]{1,249})*)$/;

/** The text of a position. */
export function positionText(position: Position): string {
  let text = `1.${position.partition.toString(36)}.${position.epoch.toString(36)}.${position.batch.toString(36)}`;
  for (const { topic, offset } of position.offsets) text += `/${offset.toString(36)}@${topic}`;
  return text;
}

/** Reads a position. @throws QUERY_INVALID for everything that `positionText` does not give. */
export function parsePosition(text: string): Position {
  const found = text.length > positionTextLimit ? null : grammar.exec(text);
  if (found === null) throw invalid(text);
  const [, partition = "", epoch = "", batch = "", offsets = ""] = found;
  const position = {
    partition: count(partition),
    epoch: count(epoch),
    batch: count(batch),
    offsets: offsets
      .split("/")
      .slice(1)
      .map((entry) => {
        const at = entry.indexOf("@");
        return { topic: entry.slice(at + 1), offset: bigCount(entry.slice(0, at)) };
      }),
  };
  if (positionText(position) !== text) throw invalid(text);
  return position;
}

function count(digits: string): number {
  return digits.length > 11 ? Number.NaN : Number.parseInt(digits, 36);
}

// 2^63 - 1 has 13 digits in base 36; longer ones come out changed and are refused by the comparison.
function bigCount(digits: string): bigint {
  let value = 0n;
  for (const digit of digits.slice(0, 13)) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return BigInt.asIntN(64, value);
}

function invalid(text: string): AffinityError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new AffinityError(
    "QUERY_INVALID",
    `position ${JSON.stringify(shown)}: it is not a position; send one as it came in Affinity-Position`,
  );
}
