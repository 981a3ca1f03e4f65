import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
  /expected.generated.*\.ts$/.test(path),
);

/** Names that a file imports from other files of the output. */
function importedNames(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!statement.moduleSpecifier.text.startsWith(".") || bindings === undefined || !ts.isNamedImports(bindings))
      continue;
    for (const element of bindings.elements) if (!element.isTypeOnly) names.add(element.name.text);
  }
  return names;
}

/** Names that are evaluated while the module loads: outside functions and types. */
function evaluatedNames(node: ts.Node, found: string[] = []): string[] {
  if (ts.isFunctionLike(node) || ts.isTypeNode(node) || ts.isImportDeclaration(node)) return found;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isExportDeclaration(node)) return found;
  if (ts.isIdentifier(node)) found.push(node.text);
  ts.forEachChild(node, (child) => {
    // The name of a member is no use of a binding.
    if (!ts.isPropertyAssignment(node) || child !== node.name) evaluatedNames(child, found);
  });
  return found;
}

describe("generated files may import each other in circles", () => {
  it.each(files)("%s evaluates nothing of another generated file while it loads", (path) => {
    const source = ts.createSourceFile(path, readFileSync(join(folder, path), "utf8"), ts.ScriptTarget.Latest);
    const imported = importedNames(source);
    expect(evaluatedNames(source).filter((name) => imported.has(name))).toEqual([]);
  });
});
