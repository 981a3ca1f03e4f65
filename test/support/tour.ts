/** What a Markdown text has its reader do: files to write, commands to type, and what the text says that they print. */

/** A file that the text shows: a fenced block below a line that ends with its path, as in "`schemas/order.avsc`:". */
export interface TourFile {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
  /** Of the text's file, from 1. */
  readonly line: number;
}

/** One command of a fenced `console` block. */
export interface TourCommand {
  readonly kind: "command";
  /** `^C` stops what runs in the terminal. */
  readonly command: string;
  /** What the text shows below it. `…` stands for anything; on a line of its own, for any number of lines. */
  readonly expected: string;
  /** Blocks that begin with a comment "in the second terminal" are typed there. */
  readonly terminal: "first" | "second";
  readonly line: number;
}

export type TourStep = TourFile | TourCommand;

/** Every step, in order. Other blocks are only to be read. */
export function tourSteps(markdown: string): readonly TourStep[] {
  const blocks = markdown.matchAll(/(?:`([^`\n]+)`:\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(({ 0: whole, 1: path, 2: language, 3: text = "", index }): readonly TourStep[] => {
    const line = markdown.slice(0, index + whole.indexOf("```")).split("\n").length + 1;
    if (language === "console") return commands(text, line);
    return path === undefined ? [] : [{ kind: "file", path, text, line }];
  });
}

/** The commands alone. */
export function tourCommands(markdown: string): readonly TourCommand[] {
  return tourSteps(markdown).filter((step) => step.kind === "command");
}

function commands(block: string, first: number): readonly TourCommand[] {
  const terminal = /^# in [^\n]* second terminal\n/.test(block) ? "second" : "first";
  const steps: { command: string; line: number; expected: string[] }[] = [];
  for (const [index, text] of block.trimEnd().split("\n").entries()) {
    const command = text === "^C" ? text : text.startsWith("$ ") ? text.slice(2) : undefined;
    if (command !== undefined) steps.push({ command, line: first + index, expected: [] });
    else steps.at(-1)?.expected.push(text);
  }
  return steps.map(({ command, line, expected }) => ({
    kind: "command",
    command,
    line,
    expected: expected.join("\n"),
    terminal,
  }));
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
