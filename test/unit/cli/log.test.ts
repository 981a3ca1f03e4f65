import { describe, expect, it } from "vitest";
import { prettyLine } from "../../../cli/serve/log.js";
import { processTerminal } from "../../../cli/terminal.js";

const { colors } = { ...processTerminal({ isJson: true }) };

describe("the log on a terminal", () => {
  it("is one short line: time, level, text, facts", () => {
    const line = JSON.stringify({
      level: "warn",
      time: "2026-11-23T12:30:05.123Z",
      keyspace: "accounts",
      reason: "two words",
      lag: 5,
      msg: "behind",
    });
    expect(prettyLine(line, colors)).toBe('12:30:05.123 warn  behind keyspace=accounts reason="two words" lag=5');
  });

  it("shows a stack in lines below", () => {
    const line = JSON.stringify({
      level: "error",
      error: "TypeError: x\n    at add (a.ts:5:7)",
      partition: 6,
      msg: "failed",
    });
    expect(prettyLine(line, colors)).toBe(" error failed partition=6\n    TypeError: x\n        at add (a.ts:5:7)");
  });

  it("leaves what is no JSON object as it is", () => {
    expect(prettyLine("plain text\n", colors)).toBe("plain text");
    expect(prettyLine("5\n", colors)).toBe("5");
  });
});
