/** The only syntax of templates: tokens, legal in every kind of file, replaced as they stand. */
import { readFileSync } from "node:fs";
import { assert } from "../../runtime/core/errors.js";

/** The template file's text with each token replaced; a token that nobody knows is a mistake of ours. */
export function render(file: string, tokens: Readonly<Record<string, string>>): string {
  let text = readFileSync(file, "utf8");
  for (const [token, value] of Object.entries(tokens)) {
    // In a JSON file a token stands within a string.
    text = text.replaceAll(token, () => (file.endsWith(".json") ? JSON.stringify(value).slice(1, -1) : value));
  }
  const [unknown] = text.match(/__[a-z]+(_[a-z]+)+__/) ?? [];
  assert(unknown === undefined, `${file}: token ${unknown} is unknown`);
  return text;
}
