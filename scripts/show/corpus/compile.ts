/** The TypeScript compiler over all that was generated: under `strict` alone, and under every flag that users may set. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../test/support/project.js";

const base = {
  target: "ES2022",
  lib: ["ES2022"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: ["node"],
  strict: true,
  skipLibCheck: true,
};

/** Names of the runs, and what each adds. */
export const compilations = {
  "strict alone": { ...base, noEmit: true },
  "every flag": {
    ...base,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedDeclarations: true,
    declaration: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    erasableSyntaxOnly: true,
    isolatedModules: true,
  },
  "bundler resolution": { ...base, module: "ESNext", moduleResolution: "Bundler", noEmit: true },
} as const;

/**
 * Compiles `<folder>/<project>/src/**` of every project in one run, into `outDir` where one is given.
 *
 * @returns What the compiler complained of, line by line.
 */
export async function compile(
  folder: string,
  name: keyof typeof compilations,
  outDir: string | undefined,
): Promise<readonly string[]> {
  const config = join(folder, `tsconfig.${name.replaceAll(" ", "-")}.json`);
  const options = outDir === undefined ? compilations[name] : { ...compilations[name], outDir, rootDir: folder };
  writeFileSync(config, JSON.stringify({ compilerOptions: options, include: ["*/src/**/*.ts"] }));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const { code, text } = await runProgram(
    process.execPath,
    ["--max-old-space-size=8192", compiler, "-p", config],
    folder,
  );
  const complaints = text.split("\n").filter((line) => line.includes("error TS"));
  // A compiler that dies complains of nothing.
  return code === 0 || complaints.length > 0 ? complaints : [`the compiler ended with ${code}: ${text.slice(-2000)}`];
}

/** How a program ended, and everything that it printed. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  folder: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}
