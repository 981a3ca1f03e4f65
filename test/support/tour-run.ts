/** A reader who does what a text says, word for word, in two terminals. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAsShown, type TourStep } from "./tour.js";

/** Time for one command: the first installation compiles SQLite. */
const commandMs = 240_000;

/** How a step went. */
export interface StepOutcome {
  readonly step: TourStep;
  /** What the command printed, errors too; empty for files. */
  readonly output: string;
  /** What is wrong, for people; undefined where everything is as the text shows it. */
  readonly problem: string | undefined;
}

/**
 * Takes the steps one by one. A command that fails must be one whose exit code the text shows next, with `echo $?`.
 *
 * @param cwd Where both terminals are opened.
 */
export async function* runTour(
  steps: readonly TourStep[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): AsyncGenerator<StepOutcome> {
  const first = new Shell(cwd, env);
  let second: Shell | undefined;
  try {
    for (const [index, step] of steps.entries()) {
      if (step.kind === "file") {
        const file = join(await first.folder(), step.path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, step.text);
        yield { step, output: "", problem: undefined };
        continue;
      }
      const { command, expected } = step;
      if (step.terminal === "second") {
        second ??= new Shell(await first.folder(), env);
        const output = await (command === "^C" ? second.interrupt() : second.start(command, expected));
        yield { step, output, problem: isAsShown(output, expected) ? undefined : "prints something else" };
        continue;
      }
      const { output, status } = await first.run(command);
      const next = steps[index + 1];
      const mayFail = next?.kind === "command" && next.command === "echo $?";
      const shown = isAsShown(output, expected) ? undefined : "prints something else";
      yield { step, output, problem: status === 0 || mayFail ? shown : `ends with exit code ${status}` };
    }
  } finally {
    await second?.close();
    await first.close();
  }
}

/** What stands before and after an exit code: no command prints it. */
const mark = "\u0001";
const ended = new RegExp(`${mark}(\\d+)${mark}`);

/** A shell that is typed into; errors stand among what it prints, as in a terminal. */
class Shell {
  readonly #child: ChildProcess;
  #output = "";

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    // A group of its own, which an interrupt reaches as Ctrl-C does.
    this.#child = spawn("sh", [], { cwd, env, detached: true, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
    // The shell outlives an interrupt. A handler of its own does not pass to what it starts.
    this.#child.stdin?.write("exec 2>&1\ntrap : INT\n");
  }

  /** Runs a command to its end. */
  async run(command: string): Promise<{ readonly output: string; readonly status: number }> {
    this.#type(command);
    await this.#printed(ended);
    return { output: this.#printedBefore(), status: Number(ended.exec(this.#output)?.[1] ?? -1) };
  }

  /** Starts a command and waits until its output is as shown, or it has ended. */
  async start(command: string, expected: string): Promise<string> {
    this.#type(command);
    await this.#printed({ test: (output) => ended.test(output) || isAsShown(output, expected) });
    return this.#printedBefore();
  }

  /** Interrupts what runs, waits for its end and gives what it printed after that. */
  async interrupt(): Promise<string> {
    const before = this.#printedBefore().length;
    if (!ended.test(this.#output)) process.kill(-(this.#child.pid ?? 0), "SIGINT");
    await this.#printed(ended);
    return this.#printedBefore().slice(before);
  }

  /** Where the shell stands. */
  async folder(): Promise<string> {
    return (await this.run("pwd")).output.trim();
  }

  /** Stops whatever runs in it, and itself. */
  async close(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid === undefined || exitCode !== null) return;
    const gone = once(this.#child, "exit");
    process.kill(-pid, "SIGKILL");
    await gone;
  }

  /** The command, then its exit code between marks; `$?` stays what the command left. */
  #type(command: string): void {
    this.#output = "";
    this.#child.stdin?.write(`${command}\nset -- $?; printf '\\001%s\\001' $1; (exit $1)\n`);
  }

  #printedBefore(): string {
    return this.#output.split(mark, 1)[0] ?? "";
  }

  /** Returns when the output is as asked for, the shell is gone, or a command has had its time. */
  async #printed(wanted: { test(output: string): boolean }): Promise<void> {
    const until = performance.now() + commandMs;
    while (!wanted.test(this.#output) && this.#child.exitCode === null && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
