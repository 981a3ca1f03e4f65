/** `--filter`: conditions on a record as it is printed. */
import { WrongUse } from "../failure.js";

/** Whether a record, as plain data with longs as text, is wanted. */
export type Condition = (record: unknown) => boolean;

/** @throws WrongUse for what is no condition. */
export function parseCondition(text: string): Condition {
  const match = /^([\w$.-]+?)(!=|=|~)([\s\S]*)$/.exec(text);
  const [, path = "", operator, wanted = ""] = match ?? [];
  if (operator === undefined)
    throw new WrongUse(
      `--filter ${text}: a path, then =, != or ~ and a text would be right, as key=a-1 or value.owner~Ada`,
    );
  const steps = path.split(".");
  const [first = ""] = steps;
  if (!members.has(first))
    throw new WrongUse(`--filter ${text}: a path begins with ${[...members].join(", ")}; found ${first}`);
  const found = (record: unknown): string | undefined => shown(steps.reduce(member, record));
  if (operator === "=") return (record) => found(record) === wanted;
  if (operator === "!=") return (record) => found(record) !== wanted;
  return (record) => found(record)?.includes(wanted) === true;
}

const members: ReadonlySet<string> = new Set(["partition", "offset", "timestamp", "key", "keyType", "value", "type"]);

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** A scalar as people write it; anything else as JSON text. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
