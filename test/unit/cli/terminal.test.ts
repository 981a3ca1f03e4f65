import { describe, expect, it } from "vitest";
import { CommandEnd, exitCodes, ProjectCodeFailure, reportFailure, WrongUse } from "../../../cli/failure.js";
import { columns, processTerminal, type Terminal } from "../../../cli/terminal.js";
import { AffinityError } from "../../../runtime/core/errors.js";

function recorded(): { readonly terminal: Terminal; readonly notes: string[]; readonly facts: object[] } {
  const notes: string[] = [];
  const facts: object[] = [];
  const terminal = {
    ...processTerminal({ isJson: true }),
    note: (text: string) => notes.push(text),
    emit: (fact: object) => facts.push(fact),
  };
  return { terminal, notes, facts };
}

describe("exit codes", () => {
  const endOf = (error: unknown): number => reportFailure(error, recorded().terminal);

  it("are 1 for faults of the input, 2 for wrong use, 3 for the system", () => {
    expect(endOf(new CommandEnd(exitCodes.findings))).toBe(1);
    expect(endOf(new AffinityError("GENERATED_STALE", "src/generated: is older than its schemas"))).toBe(1);
    expect(endOf(new AffinityError("HANDLER_MISSING", "x"))).toBe(1);
    expect(endOf(new WrongUse("x"))).toBe(2);
    expect(endOf(new AffinityError("SCHEMA_CHANGED", "x"))).toBe(3);
    expect(endOf(new AffinityError("PORT_IN_USE", "x"))).toBe(3);
    expect(endOf(new Error("x"))).toBe(3);
    expect(endOf("thrown text")).toBe(3);
  });

  it("come with the code and the text, for people and for machines", () => {
    const { terminal, notes, facts } = recorded();
    reportFailure(new AffinityError("PORT_IN_USE", "port 8080: is taken"), terminal);
    expect(notes).toEqual(["error PORT_IN_USE: port 8080: is taken"]);
    expect(facts).toEqual([{ event: "error", code: "PORT_IN_USE", text: "port 8080: is taken" }]);
  });
});

describe("code of the project that cannot be loaded", () => {
  it("is told once, with the places in the project and none of the machinery's", () => {
    const error = new TypeError("x is not a function");
    error.stack = [
      "TypeError: x is not a function",
      "    at /my-api/src/handlers/counters.ts:3:1",
      "    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)",
      "    at load (/my-api/node_modules/tsx/dist/index.js:1:2)",
    ].join("\n");
    const { terminal, notes } = recorded();
    expect(reportFailure(new ProjectCodeFailure(error), terminal)).toBe(1);
    expect(notes).toEqual([
      "error: the project's code cannot be loaded: x is not a function",
      "    at /my-api/src/handlers/counters.ts:3:1",
    ]);
  });
});

describe("colours", () => {
  const printed = (isTTY: { stdout: boolean; stderr: boolean }, env: NodeJS.ProcessEnv = {}): readonly string[] => {
    const written: string[] = [];
    const stream = (isShown: boolean) => ({ isTTY: isShown, write: (text: string) => written.push(text) });
    const streams = { env, stdout: stream(isTTY.stdout), stderr: stream(isTTY.stderr) };
    const terminal = processTerminal({ isJson: false }, streams);
    terminal.print(terminal.colors.red("out"));
    terminal.note(terminal.colors.red("err"));
    return written;
  };
  const [plainOut, plainErr, redOut, redErr] = ["out\n", "err\n", "\x1b[31mout\x1b[39m\n", "\x1b[31merr\x1b[39m\n"];

  it("go to a terminal and into no file or pipe, each stream for itself", () => {
    expect(printed({ stdout: true, stderr: true })).toEqual([redOut, redErr]);
    expect(printed({ stdout: false, stderr: true })).toEqual([plainOut, redErr]);
    expect(printed({ stdout: true, stderr: false })).toEqual([redOut, plainErr]);
    expect(printed({ stdout: false, stderr: false })).toEqual([plainOut, plainErr]);
  });

  it("follow NO_COLOR, TERM and FORCE_COLOR", () => {
    expect(printed({ stdout: true, stderr: true }, { NO_COLOR: "1" })).toEqual([plainOut, plainErr]);
    expect(printed({ stdout: true, stderr: true }, { TERM: "dumb" })).toEqual([plainOut, plainErr]);
    expect(printed({ stdout: false, stderr: false }, { FORCE_COLOR: "1" })).toEqual([redOut, redErr]);
  });
});

describe("columns", () => {
  it("are as wide as their widest cell, without blanks at the end", () => {
    expect(
      columns([
        ["a", "b"],
        ["long", "c"],
      ]),
    ).toBe("a     b\nlong  c");
  });
});
