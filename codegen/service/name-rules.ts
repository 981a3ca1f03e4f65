/** What keyspaces, stores and messages may be called. */
import type { SourceRef } from "../diagnostics.js";
import { quoted } from "../diagnostics-text.js";
import type { Findings } from "./finding.js";
import { nameLengthLimit } from "./limits.js";

const namePattern = /^[a-z][A-Za-z0-9]*$/;

/** Of every client: an object with `then` is taken for a promise. */
const reservedNames: ReadonlySet<string> = new Set(["close", "then"]);

/** Functions that every keyspace of a client has. */
const reservedMessages: ReadonlySet<string> = new Set(
  "get put delete list watch subscribe count getWithMeta".split(" "),
);

/** Reports a name against the rules. @returns Whether it may be used. */
export function checkName(
  findings: Findings,
  name: string,
  at: SourceRef,
  kind: "keyspace" | "store" | "message",
): boolean {
  const what = `the ${kind} ${quoted(name)}`;
  if (!namePattern.test(name)) {
    const text = `${what} is named against the rule: a small letter, then letters and digits`;
    const near = suggested(name);
    findings.fault("DEFINITION_NAME", at, text, near && `${quoted(near)} would do.`);
    return false;
  }
  if (name.length > nameLengthLimit) {
    findings.fault(
      "DEFINITION_NAME",
      at,
      `${what} has ${name.length} characters; at most ${nameLengthLimit} are allowed`,
    );
    return false;
  }
  if (reservedNames.has(name) || (kind === "message" && reservedMessages.has(name))) {
    const owner = reservedNames.has(name) ? "clients" : "keyspaces of clients";
    findings.fault(
      "DEFINITION_NAME",
      at,
      `${what} has a name that ${owner} have for a function of their own`,
      "Choose another name.",
    );
    return false;
  }
  return true;
}

/** `Bank-accounts` → `bankAccounts`. */
function suggested(name: string): string | undefined {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
  const near = joined.charAt(0).toLowerCase() + joined.slice(1);
  return namePattern.test(near) && near.length <= nameLengthLimit ? near : undefined;
}
