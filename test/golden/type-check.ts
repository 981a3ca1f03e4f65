/** Compiles generated code against the sources of the package's doors. */
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Flags {
  readonly moduleResolution: "node16" | "nodenext" | "bundler";
  /** Every flag under which generated code is promised to compile, and those that ask for unused names. */
  readonly everyFlag?: boolean;
}

const everyFlag: ts.CompilerOptions = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  declaration: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  erasableSyntaxOnly: true,
};

const modules = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const;

/** Errors of TypeScript files, or of those below folders; errors within the package's own sources are not theirs. */
export function typeErrors(paths: readonly string[], flags: Flags): readonly string[] {
  const files = paths.flatMap((path) => (path.endsWith(".ts") ? [path] : filesBelow(path)));
  const options: ts.CompilerOptions = {
    ...modules[flags.moduleResolution],
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    noEmit: true,
    skipLibCheck: true,
    ...(flags.everyFlag === true ? everyFlag : {}),
    paths: {
      "affinity-data": [join(root, "runtime/doors/node.ts")],
      "affinity-data/*": [join(root, "runtime/doors/*.ts")],
    },
  };
  const program = ts.createProgram(files, options, cachingHost(options));
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (source === undefined) return [`${file} was not compiled`];
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
      ...(flags.everyFlag === true ? program.getDeclarationDiagnostics(source) : []),
    ];
    return found.map((diagnostic) => {
      const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
      return `${relative(dirname(file), file)} in ${relative(root, dirname(file))}:${line + 1} TS${diagnostic.code}: ${text}`;
    });
  });
}

function filesBelow(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".ts")).map((path) => join(folder, path));
}

const parsed = new Map<string, ts.SourceFile>();

/** Parses each library once for all programs that read it in the same way. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    getSourceFile: (path, how, ...rest) => {
      if (!path.endsWith(".d.ts")) return host.getSourceFile(path, how, ...rest);
      const key = `${path} ${JSON.stringify(how)}`;
      const source = parsed.get(key) ?? host.getSourceFile(path, how, ...rest);
      if (source !== undefined) parsed.set(key, source);
      return source;
    },
  };
}
