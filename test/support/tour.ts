/** The commands of a Markdown text and what it says that they print. */

/** One command of a fenced `console` block. */
export interface TourStep {
  readonly command: string;
  /** What the text shows below it. `…` stands for anything; on a line of its own, for any number of lines. */
  readonly expected: string;
}

/** Every step of every `console` block, in order. */
export function tourSteps(markdown: string): readonly TourStep[] {
  const blocks = markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = "", ...expected] = step.trimEnd().split("\n");
        return { command, expected: expected.join("\n") };
      }),
  );
}

/** Whether an output is what the text shows. */
export function isAsShown(output: string, expected: string): boolean {
  const pattern = expected
    .split("\n")
    .map((line) => (line === "…" ? "[\\s\\S]*" : line.split("…").map(escaped).join(".*")))
    .join("\n")
    .replaceAll("\n[\\s\\S]*", "(?:\n[\\s\\S]*)?")
    .replace(/^\[\\s\\S\]\*\n/, "(?:[\\s\\S]*\n)?");
  return new RegExp(`^${pattern}$`).test(output.trimEnd());
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
