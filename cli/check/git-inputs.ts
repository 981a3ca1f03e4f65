/** A project's input as git has it under a ref; the working tree is not touched. */
import { spawn } from "node:child_process";
import { posix } from "node:path";
import type { SourceFile } from "../../codegen/diagnostics.js";
import { byCodeUnits } from "../../codegen/diagnostics-sort.js";
import type { Inputs } from "../../codegen/inputs.js";
import type { GenerateOptions } from "../../codegen/options.js";
import { messageOf } from "../../runtime/core/errors.js";
import { WrongUse } from "../failure.js";

/** Bytes that git may print: no project has more. */
const outputLimit = 256 * 1024 * 1024;

/** @throws WrongUse for what is no ref, or where there is no git. */
export async function gitInputs(ref: string, options: GenerateOptions): Promise<Inputs> {
  // One that begins with a dash would be an option.
  if (ref.startsWith("-")) throw new WrongUse(`--against ${ref}: is neither a folder nor a git ref`);
  const places = [...options.schemas, ...options.definitions];
  const list = await git(["ls-tree", "-r", "-z", ref, "--", ...places], options.root, ref);
  const entries = list
    .toString("utf8")
    .split("\0")
    .flatMap((entry) => {
      const [, object, file] = /^\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
      return object === undefined || file === undefined || isSkipped(file, options) ? [] : [{ object, file }];
    })
    .sort((one, other) => byCodeUnits(one.file, other.file));
  const contents = await git(
    ["cat-file", "--batch"],
    options.root,
    ref,
    entries.map(({ object }) => `${object}\n`).join(""),
  );
  const files = split(contents).map((bytes, index): SourceFile => ({ file: entries[index]?.file ?? "", bytes }));
  const within = (folders: readonly string[], ending: RegExp): readonly SourceFile[] =>
    files.filter(({ file }) =>
      folders.some((folder) => file === normal(folder) || (holds(folder, file) && ending.test(file))),
    );
  return {
    schemas: within(options.schemas, /\.av(?:sc|pr|dl)$/),
    definitions: within(options.definitions, /\.json$/),
    diagnostics: [],
  };
}

/** As `readInputs` skips them: hidden files, packages, the tool's own output. */
function isSkipped(file: string, { output }: GenerateOptions): boolean {
  return /(?:^|\/)(?:\.|node_modules\/)/.test(file) || holds(output, file);
}

function holds(folder: string, file: string): boolean {
  const place = normal(folder);
  return place === "." || file.startsWith(`${place}/`);
}

function normal(place: string): string {
  return posix.normalize(place).replace(/\/$/, "");
}

/** `<object> blob <size>`, a newline, the bytes, a newline; again for each. */
function split(contents: Buffer): readonly Buffer[] {
  const files: Buffer[] = [];
  for (let at = 0; at < contents.length; ) {
    const end = contents.indexOf(0x0a, at);
    const size = Number(contents.toString("latin1", at, end).split(" ")[2]);
    files.push(contents.subarray(end + 1, end + 1 + size));
    at = end + 2 + size;
  }
  return files;
}

function git(parameters: readonly string[], cwd: string, ref: string, input = ""): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", parameters, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    const parts: Buffer[] = [];
    let size = 0;
    let faults = "";
    child.stdout.on("data", (part: Buffer) => {
      size += part.length;
      if (size > outputLimit) child.kill();
      else parts.push(part);
    });
    child.stderr.on("data", (part: Buffer) => {
      faults += part.toString("utf8").slice(0, 1_000);
    });
    child.on("error", (error) =>
      reject(new WrongUse(`--against ${ref}: there is no such folder, and git cannot be run: ${messageOf(error)}`)),
    );
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(parts));
      else reject(new WrongUse(`--against ${ref}: is neither a folder nor a git ref: ${faults.trim().split("\n")[0]}`));
    });
    // What git does not read any more is told by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
