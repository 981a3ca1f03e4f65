import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ts } from "ts-morph";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Rows of runtime/, from the bottom; a folder imports only from rows below its own. */
const rows = [
  ["core"],
  ["schema"],
  ["protocol"],
  ["disk"],
  ["registry", "memstore", "changelog", "coordinator"],
  ["state"],
  ["partition", "serde"],
  ["cluster"],
  ["gateway"],
  ["node"],
  ["testing"],
] as const;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const files = ["runtime", "codegen", "cli"].flatMap(sources);
const parsed = new Map(
  files.map((file) => [
    file,
    ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest),
  ]),
);

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, isType: boolean): void => {
    const to = specifier.startsWith(".") ? join(dirname(file), specifier).replace(/\.js$/, ".ts") : specifier;
    found.push({ from: file, to, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      const isType =
        node.importClause?.isTypeOnly === true ||
        (bindings !== undefined &&
          ts.isNamedImports(bindings) &&
          bindings.elements.length > 0 &&
          node.importClause?.name === undefined &&
          bindings.elements.every((element) => element.isTypeOnly));
      add(node.moduleSpecifier.text, isType);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  const source = parsed.get(file);
  if (source !== undefined) visit(source);
  return found;
}

const imports = files.flatMap(importsOf);
const rowOf = (folder: string | undefined): number =>
  rows.findIndex((names) => (names as readonly (string | undefined)[]).includes(folder));
const place = (file: string): { readonly top: string; readonly folder: string | undefined } => {
  const [top = "", folder] = file.split("/");
  return { top, folder };
};

function reachable(entry: string): Set<string> {
  const seen = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const { to, isType } of importsOf(file)) {
      if (isType || seen.has(to)) continue;
      seen.add(to);
      if (parsed.has(to)) queue.push(to);
    }
  }
  return seen;
}

describe("architecture", () => {
  it("every relative import names a file that exists", () => {
    expect(imports.filter(({ to }) => /^(runtime|codegen|cli)\//.test(to) && !parsed.has(to))).toEqual([]);
  });

  it("a folder of runtime/ imports only from rows below its own", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [place(from), place(to)];
      if (source.top !== "runtime" || target.top !== "runtime" || source.folder === target.folder) return false;
      if (source.folder === "doors") return false;
      if (source.folder === "client") return !["core", "schema", "protocol"].includes(target.folder ?? "");
      return rowOf(target.folder) < 0 || rowOf(target.folder) >= rowOf(source.folder);
    });
    expect(wrong).toEqual([]);
  });

  it("a port imports none of its adapters", () => {
    const ports = ["registry", "memstore", "changelog", "coordinator"].map((name) => `runtime/${name}/${name}.ts`);
    const wrong = imports.filter(({ from, to }) => ports.includes(from) && dirname(to) === dirname(from));
    expect(wrong).toEqual([]);
  });

  it("the runtime knows neither the generator nor the command line, and the generator only browser-safe rows", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [place(from), place(to)];
      if (source.top === "runtime") return target.top === "codegen" || target.top === "cli";
      if (source.top === "codegen")
        return (
          target.top === "cli" ||
          (target.top === "runtime" && !["core", "schema", "protocol"].includes(target.folder ?? ""))
        );
      return false;
    });
    expect(wrong).toEqual([]);
  });

  it("there is no cycle of value imports", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const { to, isType } of importsOf(file)) if (!isType && parsed.has(to)) visit(to, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("doors name each export", () => {
    const doors = files.filter((file) => file.startsWith("runtime/doors/") || file === "codegen/index.ts");
    const wrong = doors.filter((file) =>
      parsed
        .get(file)
        ?.statements.some((statement) => !ts.isExportDeclaration(statement) || statement.exportClause === undefined),
    );
    expect(wrong).toEqual([]);
  });

  it("there is no default export", () => {
    expect(files.filter((file) => parsed.get(file)?.statements.some(ts.isExportAssignment))).toEqual([]);
  });

  it("nothing of Node.js, and no package, is reachable from the browser doors", () => {
    for (const door of ["runtime/doors/schema.ts", "runtime/doors/client.ts"]) {
      expect([...reachable(door)].filter((to) => !to.startsWith("runtime/"))).toEqual([]);
    }
  });

  it("time and chance are read in runtime/core only", () => {
    const wrong = files.filter(
      (file) =>
        !file.startsWith("runtime/core/") &&
        /(?<![.\w])(Date\.now|new Date\(\)|setTimeout|setInterval|Math\.random|performance\.now)\b/.test(
          readFileSync(join(root, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"|`[^`]*`/g, ""),
        ),
    );
    expect(wrong).toEqual([]);
  });
});
