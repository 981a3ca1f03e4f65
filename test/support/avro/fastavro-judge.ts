/** fastavro as a judge of what avsc refuses; a virtual environment is made for it on first use. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Shape, Types } from "./shape.js";
import { convert, type Form, type Value } from "./value.js";

const version = "1.12.1";
const environment = fileURLToPath(new URL(`../../../.cache/fastavro-${version}`, import.meta.url));
/** The interpreter that has fastavro, once it was prepared. */
export const fastavroPython = join(environment, "bin", "python");
const python = fastavroPython;
const script = fileURLToPath(new URL("./fastavro_judge.py", import.meta.url));

/** Makes what is needed; false, with the reason on standard error, where Python or its package index is missing. */
export function prepareFastavro(): boolean {
  if (existsSync(python) && spawnSync(python, ["-c", "import fastavro, cramjam"]).status === 0) return true;
  try {
    execFileSync("python3", ["-m", "venv", environment], { stdio: ["ignore", "ignore", "inherit"] });
    const install = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      `fastavro==${version}`,
      "cramjam==2.14.0",
    ];
    execFileSync(python, install, { stdio: ["ignore", "ignore", "inherit"] });
    return true;
  } catch {
    return false;
  }
}

type PythonValue =
  | null
  | boolean
  | number
  | string
  | readonly PythonValue[]
  | { readonly [member: string]: PythonValue };

const pythonForm: Form<PythonValue> = {
  primitive: (value) => {
    if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
    if (typeof value === "bigint") return { long: value.toString() };
    if (typeof value !== "number" || (Number.isInteger(value) && !Object.is(value, -0))) return value;
    return { double: Object.is(value, -0) ? "-0.0" : String(value) };
  },
  list: (items) => items,
  // In the order that a JavaScript object gives its members: whole numbers first.
  map: (entries) => ({ map: Object.entries(Object.fromEntries(entries)) }),
  union: (value, branch) => ({ union: branch.kind === "named" ? branch.name : branch.kind, value }),
  record: (fields) => ({ record: Object.fromEntries(fields) }),
};

/** One value of a named type. */
export interface FastavroCase {
  readonly name: string;
  readonly value: Value;
}

/**
 * Avro binary of values, in their order, as fastavro writes them.
 *
 * @param schemas texts, definitions before their uses
 * @throws when fastavro refuses a schema or a value.
 */
export function fastavroEncode(
  schemas: readonly string[],
  types: Types,
  cases: readonly FastavroCase[],
): readonly Buffer[] {
  const shaped = cases.map(({ name, value }) => {
    const shape: Shape = { kind: "named", name };
    return { name, value: convert(value, shape, types, pythonForm) };
  });
  const input = `{"schemas":[${schemas.join(",")}],"cases":${JSON.stringify(shaped)}}`;
  const run = spawnSync(python, [script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`fastavro: ${run.stderr}`);
  const answers: readonly (string | { readonly error: string })[] = JSON.parse(run.stdout);
  return answers.map((answer, index) => {
    if (typeof answer === "string") return Buffer.from(answer, "hex");
    throw new Error(`fastavro refuses value ${index} of ${cases[index]?.name}: ${answer.error}`);
  });
}
