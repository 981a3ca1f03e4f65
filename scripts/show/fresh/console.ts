/** The console blocks of a Markdown text: commands, and what they are said to print. `…` stands for anything. */

/** One command. */
export interface ConsoleLine {
  readonly command: string;
  readonly expected: string;
}

/** The blocks marked `console`, in order. */
export function consoleBlocks(markdown: string): readonly (readonly ConsoleLine[])[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```/gms)].map((match) => match[1] ?? "");
  return blocks.map((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((entry) => {
        const end = entry.indexOf("\n");
        return { command: entry.slice(0, end), expected: entry.slice(end + 1).trim() };
      }),
  );
}

/** Whether an output is what was said. A line that is `…` alone stands for any lines. */
export function isAsSaid(output: string, expected: string): boolean {
  const escaped = expected.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", "[^]*?")}$`).test(output.trim());
}
