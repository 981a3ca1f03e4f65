/** The judges of the exchange: one JVM and one Python process that write and read values of any schema. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fastavroPython } from "../../../test/support/avro/fastavro-judge.js";
import { Jvm } from "../../../test/support/java/jvm.js";

/** A text, or why there is none. */
export type Written = string | { readonly error: string };

/** Values as one implementation writes them; bytes in base64. `container` is one file with all of them. */
export interface Forms {
  readonly binary: readonly Written[];
  readonly json: readonly Written[];
  readonly single: readonly Written[];
  readonly container: readonly Written[];
}

export const formNames = ["binary", "json", "single", "container"] as const;
export type FormName = (typeof formNames)[number];

export type WriteAnswer =
  | (Forms & { readonly canonical: string; readonly fingerprint: string; readonly error?: undefined })
  | { readonly error: string };

/** A value that was not read as it was meant. */
export interface Fault {
  readonly from: string;
  readonly form: FormName;
  /** -1 for the whole of a file. */
  readonly index: number;
  readonly text: string;
}

export interface Judge {
  readonly name: string;
  write(question: {
    readonly schema: string;
    readonly values: readonly string[];
    readonly codec: string;
  }): Promise<WriteAnswer>;
  read(question: {
    readonly schema: string;
    readonly values: readonly string[];
    readonly from: { readonly [writer: string]: Forms };
  }): Promise<{ readonly faults: readonly Fault[] } | { readonly error: string }>;
  close(): Promise<void>;
}

export function openJava(): Judge {
  const jvm = new Jvm(fileURLToPath(new URL("../../../test/support/java/ExchangeJudge.java", import.meta.url)), 1536);
  return judge(
    "java",
    (question) => jvm.ask(question),
    () => jvm.close(),
  );
}

export function openFastavro(): Judge {
  const script = fileURLToPath(new URL("../../../test/support/avro/exchange_judge.py", import.meta.url));
  const child = spawn(fastavroPython, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = new Lines(child);
  return judge(
    "fastavro",
    (question) => lines.ask(question),
    () => lines.close(),
  );
}

function judge(name: string, ask: (question: unknown) => Promise<unknown>, close: () => Promise<void>): Judge {
  return {
    name,
    // The judges' own answers: what they are is written at their heads.
    write: async (question) => (await ask(question)) as WriteAnswer,
    read: async (question) =>
      (await ask(question)) as { readonly faults: readonly Fault[] } | { readonly error: string },
    close,
  };
}

/** A process that answers lines with lines, in order. */
class Lines {
  readonly #child: ChildProcess;
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  #isClosed = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    }
    child.on("exit", (code) => {
      if (!this.#isClosed) for (const { reject } of this.#waiting) reject(new Error(`Python ended with code ${code}`));
    });
  }

  async ask(question: unknown): Promise<unknown> {
    const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await answer);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.stdin?.end();
    await ended;
  }
}
