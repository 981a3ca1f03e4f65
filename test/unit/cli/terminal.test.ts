import { describe, expect, it } from "vitest";
import { CommandEnd, exitCodes, reportFailure, WrongUse } from "../../../cli/failure.js";
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
