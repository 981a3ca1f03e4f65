/**
 * Files as text. The only place that knows ts-morph, and only as a printer: structures in, text out. It is loaded on first
 * use, since loading takes half a second that a run without changes does not need.
 */
import type { Structures } from "ts-morph";
import { codeBanner, jsonBanner, jsonBannerMember } from "./banner.js";
import { type CodeFile, codeText, type Declaration, type GeneratedFile, type Member } from "./emit/file.js";
import type { ImportLine } from "./emit/imports.js";
import { stringLiteral } from "./emit/literal.js";

/** Columns after which a list of imported names is broken over several lines. */
const widthLimit = 120;

type Morph = Pick<typeof import("ts-morph"), "printStructure" | "StructureKind">;

/** Loads the printer. */
export async function openPrinter(): Promise<Printer> {
  const morph = await import("ts-morph");
  return new Printer(morph);
}

/** Prints files; the same file gives the same text on every machine. */
export class Printer {
  readonly #morph: Morph;

  constructor(morph: Morph) {
    this.#morph = morph;
  }

  print(file: GeneratedFile): string {
    return file.kind === "json" ? printJson(file.value) : this.#code(file);
  }

  #code(file: CodeFile): string {
    const imports = file.imports.lines().map(importText);
    const blocks = file.declarations.map((declaration) => ({ declaration, text: this.#declaration(declaration) }));
    let text = imports.join("");
    let before: Declaration | undefined;
    for (const { declaration, text: block } of blocks) {
      if (text !== "" && !isList(before, declaration)) text += "\n";
      text += block;
      before = declaration;
    }
    return (file.owner === "tool" ? codeBanner(file.sources) : "") + text;
  }

  #declaration(declaration: Declaration): string {
    const { StructureKind } = this.#morph;
    switch (declaration.kind) {
      case "interface":
        return this.#structure({
          kind: StructureKind.Interface,
          name: declaration.name,
          isExported: true,
          ...(declaration.extends === undefined ? {} : { extends: [declaration.extends] }),
          ...docsOf(declaration.doc),
          properties: declaration.members.flatMap((member) =>
            member.kind === "property"
              ? [
                  {
                    name: member.name,
                    type: brokenUnion(member.type, member.name.length + 20),
                    isReadonly: true,
                    hasQuestionToken: member.isOptional === true,
                    ...docsOf(member.doc),
                  },
                ]
              : [],
          ),
          methods: declaration.members.flatMap((member) => (member.kind === "method" ? [methodOf(member)] : [])),
        });
      case "alias":
        return this.#structure({
          kind: StructureKind.TypeAlias,
          name: declaration.name,
          isExported: declaration.isExported ?? true,
          type: brokenUnion(declaration.type, declaration.name.length + 16),
          ...(declaration.typeParameters === undefined ? {} : { typeParameters: [declaration.typeParameters] }),
          ...docsOf(declaration.doc),
        });
      case "function":
        return this.#function(declaration);
      case "constant": {
        const { name, type, value, isExported, doc } = declaration;
        return `${docText(doc)}${isExported ? "export " : ""}const ${name}: ${type} = ${value};\n`;
      }
      case "reexport":
        return this.#structure({
          kind: StructureKind.ExportDeclaration,
          namedExports: [...declaration.names],
          moduleSpecifier: declaration.module,
        });
      case "export":
        return this.#structure({ kind: StructureKind.ExportDeclaration, namedExports: [...declaration.names] });
    }
  }

  #function(declaration: Extract<Declaration, { readonly kind: "function" }>): string {
    const { name, isExported, parameters, returns, body, doc } = declaration;
    const text = this.#structure({
      kind: this.#morph.StructureKind.Function,
      name,
      isExported,
      parameters: parametersOf(parameters),
      returnType: returns,
      statements: codeText(body),
      ...docsOf(doc),
    });
    const list = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`);
    const head = `${name}(${list.join(", ")}): ${returns} {`;
    if (head.length + "export function ".length <= widthLimit) return text;
    return text.replace(head, () => brokenHead(declaration));
  }

  #structure(structure: Structures): string {
    const text = this.#morph.printStructure(structure, { indentNumberOfSpaces: 2 });
    return `${text.replace(/ +$/gm, "").trimEnd()}\n`;
  }
}

/** On one line where it fits, else with a name a line. */
function importText({ module, isTypeOnly, names }: ImportLine): string {
  const front = isTypeOnly ? "import type" : "import";
  const line = `${front} { ${names.join(", ")} } from ${stringLiteral(module)};\n`;
  if (line.length <= widthLimit) return line;
  return `${front} {\n${names.map((name) => `  ${name},\n`).join("")}} from ${stringLiteral(module)};\n`;
}

/** Constants of one kind, and re-exports, stand together without blank lines. */
function isList(before: Declaration | undefined, next: Declaration): boolean {
  if (before === undefined || before.kind !== next.kind) return false;
  return next.kind === "reexport" || (next.kind === "constant" && next.doc === undefined);
}

function methodOf(method: Extract<Member, { kind: "method" }>): {
  name: string;
  parameters: ReturnType<typeof parametersOf>;
  returnType: string;
  docs?: string[];
} {
  return {
    name: method.name,
    parameters: parametersOf(method.parameters),
    returnType: method.returns,
    ...docsOf(method.doc),
  };
}

function parametersOf(
  parameters: readonly { readonly name: string; readonly type: string; readonly isOptional?: boolean }[],
): { name: string; type: string; hasQuestionToken: boolean }[] {
  return parameters.map(({ name, type, isOptional }) => ({ name, type, hasQuestionToken: isOptional === true }));
}

/** The head of a function with a parameter a line, and long unions with a member a line. */
function brokenHead({ name, parameters, returns }: Extract<Declaration, { readonly kind: "function" }>): string {
  const lines = parameters.map((parameter) => {
    const type = brokenUnion(parameter.type, parameter.name.length + 4);
    return `  ${parameter.name}:${type.startsWith("\n") ? type.replaceAll("\n", "\n    ") : ` ${type}`},\n`;
  });
  const result = brokenUnion(returns, 3);
  return `${name}(\n${lines.join("")}):${result.startsWith("\n") ? result.replaceAll("\n", "\n  ") : ` ${result}`} {`;
}

/** A union that does not fit into its line stands with one member a line. `column` is where it would start. */
function brokenUnion(type: string, column: number): string {
  if (column + type.length <= widthLimit) return type;
  const members = unionMembers(type);
  return members.length === 1 ? type : members.map((member) => `\n| ${member}`).join("");
}

/** The members of a union, split where it is not nested in brackets or texts. */
export function unionMembers(type: string): readonly string[] {
  const members: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of type.matchAll(/"(?:[^"\\]|\\.)*"|[{}()[\]<>]| \| /g)) {
    if ("{([<".includes(token)) depth += 1;
    else if ("})]>".includes(token)) depth -= 1;
    else if (token === " | " && depth === 0) {
      members.push(type.slice(start, index));
      start = index + token.length;
    }
  }
  return [...members, type.slice(start)];
}

function docsOf(doc: string | undefined): { docs?: string[] } {
  return doc === undefined ? {} : { docs: [doc] };
}

function docText(doc: string | undefined): string {
  return doc === undefined ? "" : `/** ${doc} */\n`;
}

/** JSON with the banner as its first member. */
function printJson(value: { readonly [member: string]: unknown }): string {
  return `${JSON.stringify({ [jsonBannerMember]: jsonBanner, ...value }, undefined, 2)}\n`;
}
