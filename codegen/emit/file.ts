/** A file of the output before it is text: declarations in the words of TypeScript. */
import type { JsonValue } from "../../runtime/schema/type.js";
import type { ImportSet } from "./imports.js";

/** One property or method of an interface. */
export type Member =
  | {
      readonly kind: "property";
      /** As it stands in the source: quoted where needed. */
      readonly name: string;
      readonly type: string;
      readonly isOptional?: boolean;
      readonly doc?: string;
    }
  | {
      readonly kind: "method";
      readonly name: string;
      readonly parameters: readonly Parameter[];
      readonly returns: string;
      readonly doc?: string;
    };

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isOptional?: boolean;
}

/** Lines of a function's body; what is nested is indented one step deeper. */
export type Code = readonly (string | Code)[];

/** Code as text, without a line end after the last line. Two spaces a step. */
export function codeText(code: Code, depth = 0): string {
  return code
    .map((line) => (typeof line === "string" ? "  ".repeat(depth) + line : codeText(line, depth + 1)))
    .filter((line) => line !== "")
    .join("\n");
}

export type Declaration =
  | {
      readonly kind: "interface";
      readonly name: string;
      readonly extends?: string;
      readonly members: readonly Member[];
      readonly doc?: string;
    }
  | {
      readonly kind: "alias";
      readonly name: string;
      readonly typeParameters?: string;
      readonly type: string;
      /** Default true. */
      readonly isExported?: boolean;
      readonly doc?: string;
    }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly isExported: boolean;
      readonly parameters: readonly Parameter[];
      readonly returns: string;
      readonly body: Code;
      readonly doc?: string;
    }
  | {
      readonly kind: "constant";
      readonly name: string;
      readonly isExported: boolean;
      readonly type: string;
      readonly value: string;
      readonly doc?: string;
    }
  /** `export { Account, type AccountInput } from "./entities/bank/Account.js";` */
  | { readonly kind: "reexport"; readonly names: readonly string[]; readonly module: string }
  /** `export { deleteHandler as delete };` */
  | { readonly kind: "export"; readonly names: readonly string[] };

/** TypeScript that the tool or the user owns. */
export interface CodeFile {
  readonly kind: "code";
  /** Within its folder (the output, or the handlers' folder), with `/` and ending. */
  readonly path: string;
  /** The user's files carry no banner and are written once. */
  readonly owner: "tool" | "user";
  /** Files of input that it comes from. */
  readonly sources: readonly string[];
  readonly imports: ImportSet;
  readonly declarations: readonly Declaration[];
}

/** JSON that the tool owns. */
export interface JsonFile {
  readonly kind: "json";
  readonly path: string;
  readonly value: { readonly [member: string]: JsonValue };
}

export type GeneratedFile = CodeFile | JsonFile;
