/** Projects of users, in temp folders, with the built package as their dependency. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository, and its command line as it was built. */
export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const affinityProgram = join(repository, "dist/cli/main.js");

/** Files by their path; what is no text is written as JSON. */
export type ProjectFiles = { readonly [path: string]: unknown };

/** A folder of its own. */
export interface TempProject {
  readonly folder: string;
  write(files: ProjectFiles): void;
  /** Runs a command of the product in the folder and waits for its end. */
  affinity(parameters: readonly string[], env?: { readonly [name: string]: string }): CommandResult;
  /** Removes what stands at a path within the folder. */
  clear(path: string): void;
  remove(): void;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param parent where the folder comes to lie; default the system's place for temporary files. */
export function tempProject(files: ProjectFiles, parent: string = tmpdir()): TempProject {
  const folder = realpathSync(mkdtempSync(join(parent, "affinity-project-")));
  // A server may run as somebody else.
  chmodSync(folder, 0o755);
  const write = (more: ProjectFiles): void => {
    for (const [path, content] of Object.entries(more)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`);
    }
  };
  write({ "package.json": { name: "project", private: true, type: "module" } });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(repository, join(folder, "node_modules/affinity-data"));
  write(files);
  return {
    folder,
    write,
    affinity: (parameters, env = {}) => {
      const options = { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...env } } as const;
      const run = spawnSync(process.execPath, [affinityProgram, ...parameters], { ...options, maxBuffer: 1 << 28 });
      return { code: run.status, stdout: run.stdout, stderr: run.stderr };
    },
    clear: (path) => rmSync(join(folder, path), { recursive: true, force: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Generates the project's code. @throws with what the generator said when it found faults. */
export function generate(project: TempProject): void {
  const run = project.affinity(["generate"]);
  if (run.code !== 0) throw new Error(`affinity generate ended with ${run.code}:\n${run.stdout}${run.stderr}`);
}

/** The bank of the documentation: accounts that take deposits. */
export const bankFiles: ProjectFiles = {
  "affinity.json": { name: "bank" },
  "schemas/account.avsc": {
    type: "record",
    name: "Account",
    namespace: "bank",
    fields: [
      { name: "id", type: "string" },
      { name: "owner", type: "string", default: "" },
      { name: "balance", type: "long", default: 0 },
      {
        name: "status",
        type: { type: "enum", name: "Status", symbols: ["OPEN", "FROZEN", "CLOSED"] },
        default: "OPEN",
      },
      { name: "nickname", type: ["null", "string"], default: null },
      { name: "tags", type: { type: "array", items: "string" }, default: [] },
    ],
  },
  "schemas/deposit.avsc": {
    type: "record",
    name: "Deposit",
    namespace: "bank",
    fields: [{ name: "amount", type: "long" }],
  },
  "keyspaces/accounts.json": {
    keyspace: "accounts",
    key: "string",
    value: "bank.Account",
    messages: {
      deposit: { access: "write", request: "bank.Deposit", reply: "bank.Account", errors: ["AMOUNT_INVALID"] },
    },
  },
  "src/handlers/accounts.ts": `import type { AccountsHandler } from "../generated/index.js";

export const accounts: AccountsHandler = {
  async deposit(context, key, request) {
    const account = (await context.stores.accounts.get(key)) ?? {
      id: key, owner: "", balance: 0n, status: "OPEN" as const, nickname: null, tags: [],
    };
    if (request.amount <= 0n) context.reject("AMOUNT_INVALID", { detail: "amount must be positive" });
    const next = { ...account, balance: account.balance + request.amount };
    await context.stores.accounts.put(key, next);
    return next;
  },
};
`,
};
