/**
 * Text of a position (`Affinity-Position`), opaque to callers.
 *
 *   position = "1." partition "." epoch "." batch *( "/" offset "@" topic )
 *
 * Numbers are decimal without leading zeros: V8 is quickest with them, and every answer bears one. Every text but the one
 * that `positionText` gives is refused, so that a position has one spelling.
 */
import { AffinityError } from "../core/errors.js";
import { offsetText, type Position } from "./access.js";

/** Longest text that is looked at, in characters. */
export const positionTextLimit = 8_192;

const grammar = /^1\.([0-9]+)\.([0-9]+)\.([0-9]+)((?:\/[0-9]{1,19}@[A-Za-z0-9._-]{1,249})*)$/;

/** The text of a position. */
export function positionText(position: Position): string {
  let text = `1.${position.partition}.${position.epoch}.${position.batch}`;
  for (const { topic, offset } of position.offsets) text += `/${offsetText(offset)}@${topic}`;
  return text;
}

/** Reads a position. @throws QUERY_INVALID for everything that `positionText` does not give. */
export function parsePosition(text: string): Position {
  const found = text.length > positionTextLimit ? null : grammar.exec(text);
  if (found === null) throw invalid(text);
  const [, partition = "", epoch = "", batch = "", offsets = ""] = found;
  const position = {
    partition: Number(partition),
    epoch: Number(epoch),
    batch: Number(batch),
    offsets: offsets
      .split("/")
      .slice(1)
      .map((entry) => {
        const at = entry.indexOf("@");
        return { topic: entry.slice(at + 1), offset: BigInt.asIntN(64, BigInt(entry.slice(0, at))) };
      }),
  };
  // What does not fit its number comes out as another text.
  if (positionText(position) !== text) throw invalid(text);
  return position;
}

function invalid(text: string): AffinityError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new AffinityError(
    "QUERY_INVALID",
    `position ${JSON.stringify(shown)}: it is not a position; send one as it came in Affinity-Position`,
  );
}
