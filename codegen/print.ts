/**
 * Files as text. The only place that knows ts-morph, and only as a printer: structures in, text out. It is loaded on first
 * use, since loading takes half a second that a run without changes does not need.
 */
import { createRequire } from "node:module";
import type {
  CodeBlockWriter,
  MethodSignatureStructure,
  OptionalKind,
  PropertySignatureStructure,
  StatementStructures,
} from "ts-morph";
import { codeBanner, jsonBanner, jsonBannerMember } from "./banner.js";
import { type CodeFile, codeText, type Declaration, type GeneratedFile, type Member } from "./emit/file.js";
import type { ImportLine } from "./emit/imports.js";
import { stringLiteral } from "./emit/literal.js";

/** Columns after which a list of imported names is broken over several lines. */
const widthLimit = 120;

type Morph = Pick<typeof import("ts-morph"), "printStructure" | "StructureKind">;
type FunctionDeclaration = Extract<Declaration, { readonly kind: "function" }>;

/** Loads the printer. `require`, because `import` would first search megabytes of CommonJS for names of exports. */
export function openPrinter(): Printer {
  const morph: Morph = createRequire(import.meta.url)("ts-morph");
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
    const texts = this.#declarations(file.declarations);
    let text = file.imports.lines().map(importText).join("");
    for (const [index, declaration] of file.declarations.entries()) {
      if (text !== "" && !isList(file.declarations[index - 1], declaration)) text += "\n";
      text += `${texts[index]}\n`;
    }
    return (file.owner === "tool" ? codeBanner(file.sources) : "") + text;
  }

  /**
   * The text of each declaration. ts-morph prints all structures of a file in one call, since it makes its printers anew
   * for each.
   */
  #declarations(declarations: readonly Declaration[]): readonly string[] {
    const texts = declarations.map(plainText);
    const structures = declarations.map((declaration) => this.#structure(declaration));
    const ends: number[] = [];
    const statements = structures.flatMap((structure) => [
      ...(structure === undefined ? [] : [structure]),
      (writer: CodeBlockWriter): void => {
        ends.push(writer.getLength());
      },
    ]);
    const kind = this.#morph.StructureKind.SourceFile;
    const printed = this.#morph.printStructure({ kind, statements }, { indentNumberOfSpaces: 2 });
    return texts.map((text, index) => text ?? cut(printed, ends[index - 1] ?? 0, ends[index]));
  }

  /** Undefined for what is printed as text. */
  #structure(declaration: Declaration): StatementStructures | undefined {
    const { StructureKind } = this.#morph;
    switch (declaration.kind) {
      case "interface":
        return {
          kind: StructureKind.Interface,
          name: declaration.name,
          isExported: true,
          ...(declaration.extends === undefined ? {} : { extends: [declaration.extends] }),
          ...docsOf(declaration.doc),
          properties: declaration.members.flatMap((member) => (member.kind === "property" ? [propertyOf(member)] : [])),
          methods: declaration.members.flatMap((member) => (member.kind === "method" ? [methodOf(member)] : [])),
        };
      case "alias":
        return {
          kind: StructureKind.TypeAlias,
          name: declaration.name,
          isExported: declaration.isExported ?? true,
          type: brokenUnion(declaration.type, declaration.name.length + 16),
          ...(declaration.typeParameters === undefined ? {} : { typeParameters: [declaration.typeParameters] }),
          ...docsOf(declaration.doc),
        };
      case "reexport":
        return {
          kind: StructureKind.ExportDeclaration,
          namedExports: [...declaration.names],
          moduleSpecifier: declaration.module,
        };
      case "export":
        return { kind: StructureKind.ExportDeclaration, namedExports: [...declaration.names] };
      default:
        return undefined;
    }
  }
}

/** One declaration out of the printed ones, without the lines between them. */
function cut(printed: string, start: number, end: number | undefined): string {
  return printed.slice(start, end).trim().replace(/ +$/gm, "");
}

/**
 * The text of constants and functions: their parts are text already, and ts-morph would look at every character of it
 * several times. Undefined for others.
 */
function plainText(declaration: Declaration): string | undefined {
  if (declaration.kind === "constant") {
    const { name, type, value, isExported, doc } = declaration;
    return `${docText(doc)}${isExported ? "export " : ""}const ${name}: ${type} = ${value};`;
  }
  if (declaration.kind !== "function") return undefined;
  const { isExported, body, doc } = declaration;
  const lines = codeText(body).replace(/^(?=.)/gm, "  ");
  return `${docText(doc)}${isExported ? "export " : ""}function ${headText(declaration)} {\n${lines}\n}`;
}

/** A function's name, parameters and result, as far as that fits into a line; else with a parameter a line. */
function headText(declaration: FunctionDeclaration): string {
  const { name, parameters, returns } = declaration;
  const list = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`);
  const head = `${name}(${list.join(", ")}): ${returns}`;
  return head.length + "export function  {".length <= widthLimit ? head : brokenHead(declaration);
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

function propertyOf(member: Extract<Member, { kind: "property" }>): OptionalKind<PropertySignatureStructure> {
  return {
    name: member.name,
    type: brokenUnion(member.type, member.name.length + 20),
    isReadonly: true,
    hasQuestionToken: member.isOptional === true,
    ...docsOf(member.doc),
  };
}

function methodOf({
  name,
  parameters,
  returns,
  doc,
}: Extract<Member, { kind: "method" }>): OptionalKind<MethodSignatureStructure> {
  return {
    name,
    parameters: parameters.map((one) => ({
      name: one.name,
      type: one.type,
      hasQuestionToken: one.isOptional === true,
    })),
    returnType: returns,
    ...docsOf(doc),
  };
}

/** The head of a function with a parameter a line, and long unions with a member a line. */
function brokenHead({ name, parameters, returns }: FunctionDeclaration): string {
  const lines = parameters.map((parameter) => {
    const type = brokenUnion(parameter.type, parameter.name.length + 4);
    return `  ${parameter.name}:${type.startsWith("\n") ? type.replaceAll("\n", "\n    ") : ` ${type}`},\n`;
  });
  const result = brokenUnion(returns, 3);
  return `${name}(\n${lines.join("")}):${result.startsWith("\n") ? result.replaceAll("\n", "\n  ") : ` ${result}`}`;
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

/** A comment as ts-morph prints it: of several lines where the text has some, or begins with a line end. */
function docText(doc: string | undefined): string {
  if (doc === undefined) return "";
  if (!doc.includes("\n")) return `/** ${doc} */\n`;
  const lines = doc.replace(/^\n/, "").split("\n");
  return `/**\n${lines.map((line) => (line === "" ? " *\n" : ` * ${line}\n`)).join("")} */\n`;
}

/** JSON with the banner as its first member. */
function printJson(value: { readonly [member: string]: unknown }): string {
  return `${JSON.stringify({ [jsonBannerMember]: jsonBanner, ...value }, undefined, 2)}\n`;
}
