/** The text of a documentation comment, without the stars or the indent that its lines share, as Java takes it. */

const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const space = "[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]*";

/** @param comment with `/**` and its end. */
export function docText(comment: string): string {
  const text = comment.slice(3, -2).trim();
  const [first = "", ...rest] = text.split(lineEnd);
  for (const stars of ["**", "*"]) {
    const lead = new RegExp(`^${space}${stars.replaceAll("*", "\\*")}`);
    if (!first.startsWith(stars) || !rest.every((line) => lead.test(line))) continue;
    const strip = new RegExp(`^${space}${stars.replaceAll("*", "\\*")}[ \\t]?`);
    return [first, ...rest].map((line) => line.replace(strip, "")).join("\n");
  }
  const indent = sharedIndent(rest);
  return [first, ...rest.map((line) => line.slice(indent.length))].join("\n");
}

/** White space that all lines begin with. */
function sharedIndent(lines: readonly string[]): string {
  const leading = new RegExp(`^${space}`);
  let shared = leading.exec(lines[0] ?? "")?.[0] ?? "";
  for (const line of lines) {
    let length = 0;
    while (length < shared.length && line[length] === shared[length]) length += 1;
    shared = shared.slice(0, length);
  }
  return shared;
}
