/** Settings of `generate`: what is read, and what the generated code looks like. */
import { choice, list, text } from "./setting.js";

export const generateSettings = {
  generateSchemas: list("generate.schemas", {
    items: "paths of folders",
    default: ["schemas"],
    isNeeded: true,
    text: "Folders that are searched for `.avsc`, `.avpr` and `.avdl` files.",
  }),
  generateDefinitions: list("generate.definitions", {
    items: "paths of folders",
    default: ["keyspaces"],
    isNeeded: true,
    text: "Folders that are searched for definitions.",
  }),
  generateOutput: text("generate.output", {
    type: "path of a folder",
    default: "src/generated",
    text: "Folder of the generated code. Only files with the generator's banner are overwritten or removed there.",
  }),
  generateHandlers: text("generate.handlers", {
    type: "path of a folder",
    default: "src/handlers",
    text: "Folder of your handlers. A missing one is created once as a stub and then left alone.",
  }),
  generateGateways: text("generate.gateways", {
    type: "path of a folder",
    default: "src/gateways",
    text: "Folder of your gateways' code. Gateways have no runtime yet.",
  }),
  generateLongs: choice("generate.longs", ["bigint", "number"], {
    default: "bigint",
    text: "TypeScript type of Avro longs. `number` is checked: a long beyond 2^53 is an error, never rounded.",
  }),
  generateTimestamps: choice("generate.timestamps", ["date", "bigint"], {
    default: "date",
    text: "TypeScript type of timestamp-millis.",
  }),
  generateTypeNames: list("generate.typeNames", {
    items: "texts like `bank.Account=AccountRecord`",
    pattern: /^[A-Za-z_][\w.]*=[A-Za-z_$][\w$]*$/,
    default: [],
    text: "TypeScript names of types by their full Avro name, for schemas that you cannot edit; others say it themselves.",
  }),
  generateImportEnding: choice("generate.importEnding", [".js", ".ts", ""], {
    default: ".js",
    text: "How imports between generated files end; empty for bundlers.",
  }),
} as const;
