/** One configuration under `affinity dev`: generated code kept up to date, and the project served from it. */
import { relative, resolve } from "node:path";
import type { GenerateOptions } from "../../codegen/options.js";
import { generate } from "../../codegen/project.js";
import type { Clock } from "../../runtime/core/clock.js";
import { messageOf } from "../../runtime/core/errors.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { Changes } from "../changes.js";
import { generateOptions } from "../generate/options.js";
import { printDiagnosticsOf, printGenerated } from "../generate/run.js";
import { oneAtATime } from "../one-at-a-time.js";
import { confirmed } from "../reset/confirmed.js";
import { removeData } from "../reset/remove-data.js";
import type { Terminal } from "../terminal.js";
import { type ChildEnd, ServeChild } from "./child.js";

export interface DevSessionOptions {
  /** The configuration's file as it was given. */
  readonly file: string;
  readonly config: ResolvedConfig;
  readonly clock: Clock;
  readonly terminal: Terminal;
}

export class DevSession {
  readonly #file: string;
  readonly #config: ResolvedConfig;
  readonly #generate: GenerateOptions;
  readonly #clock: Clock;
  readonly #terminal: Terminal;
  readonly #changes: Changes;
  readonly #closing = new AbortController();
  readonly #regenerate = oneAtATime(() => this.#generateOnce());
  readonly #restart = oneAtATime(() => this.#restartOnce());
  #child: ServeChild | undefined;
  #question: AbortController | undefined;
  #hasFaults = false;

  constructor({ file, config, clock, terminal }: DevSessionOptions) {
    this.#file = file;
    this.#config = config;
    this.#generate = generateOptions(config);
    this.#clock = clock;
    this.#terminal = terminal;
    this.#changes = new Changes(clock);
  }

  /** Generates, serves, and watches from then on. */
  async open(): Promise<void> {
    const { schemas, definitions, root } = this.#generate;
    for (const folder of [...schemas, ...definitions])
      this.#changes.folder(resolve(root, folder), () => this.#noted(this.#regenerate()));
    await this.#regenerate();
    // Generated code lies in there too, so what a run of the generator changes comes back as one restart.
    this.#changes.folder(this.#config.run.code, () => this.#noted(this.#restart()));
  }

  /** Stops what is served and waits until it is gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#question?.abort();
    this.#changes.close();
    await this.#child?.stop();
  }

  async #generateOnce(): Promise<void> {
    const generated = await generate(this.#generate);
    if (this.#closing.signal.aborted) return;
    const wasFaulty = this.#hasFaults;
    this.#hasFaults = generated.diagnostics.length > 0;
    if (this.#hasFaults) {
      printDiagnosticsOf(this.#generate, generated.diagnostics, this.#terminal);
      this.#waits();
      return;
    }
    if (generated.written.length + generated.removed.length > 0)
      printGenerated(this.#generate, generated, this.#terminal);
    else if (wasFaulty) this.#terminal.print("No errors. Nothing that is served has changed.");
    if (this.#child === undefined) await this.#restart();
  }

  async #restartOnce(): Promise<void> {
    this.#question?.abort();
    await this.#child?.stop();
    if (this.#closing.signal.aborted) return;
    const json = this.#terminal.isJson ? ["--json"] : [];
    const child = new ServeChild(["--config", this.#file, "--loopback-origins", ...json], {
      clock: this.#clock,
      drainMs: this.#config.drainMs,
    });
    this.#child = child;
    this.#noted(child.ended.then((end) => this.#childEnded(child, end)));
  }

  async #childEnded(child: ServeChild, { exitCode, failure }: ChildEnd): Promise<void> {
    if (this.#child !== child || child.isStopping || this.#closing.signal.aborted) return;
    this.#child = undefined;
    if (failure?.code === "SCHEMA_CHANGED") await this.#offerReset();
    else {
      if (failure === undefined) this.#terminal.note(`The served process ended with exit code ${exitCode}.`);
      this.#waits();
    }
  }

  /** Stored data of another schema: while one develops, starting anew is often what one wants. */
  async #offerReset(): Promise<void> {
    const folder = relative(process.cwd(), this.#config.dataDir) || this.#config.dataDir;
    const question = new AbortController();
    this.#question = question;
    const isAsked = this.#terminal.isInteractive && process.stdin.isTTY === true;
    const isWanted =
      isAsked && (await confirmed(`Remove what is stored in ${folder}, and start with nothing?`, question.signal));
    if (question.signal.aborted) return;
    if (!isWanted) {
      this.#terminal.note("`affinity reset` removes the stored data; the former schema keeps it.");
      this.#waits();
      return;
    }
    await removeData(this.#config);
    await this.#restart();
  }

  #waits(): void {
    this.#terminal.note("Waiting for a change.");
  }

  /** What goes wrong between two changes is told; the next change may mend it. */
  #noted(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#terminal.note(`${this.#terminal.colors.red("error")}: ${messageOf(error)}`);
      this.#waits();
    });
  }
}
