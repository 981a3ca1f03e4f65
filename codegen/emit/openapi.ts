/** `openapi.json` for other tools, and the same as a module, which compiled projects load too. */
import { openApiDocument } from "../openapi.js";
import type { ServiceModel } from "../service/model.js";
import type { CodeFile, GeneratedFile } from "./file.js";
import { ImportSet } from "./imports.js";
import { literal } from "./literal.js";
import { schemaDoor } from "./modules.js";
import { sourcesOf } from "./server.js";

export function emitOpenApi(model: ServiceModel): readonly GeneratedFile[] {
  const document = openApiDocument(model);
  const imports = new ImportSet(["openapi"]);
  const module: CodeFile = {
    kind: "code",
    path: "openapi.ts",
    owner: "tool",
    sources: sourcesOf(model),
    imports,
    declarations: [
      {
        kind: "function",
        name: "openapi",
        isExported: true,
        parameters: [],
        returns: imports.type("JsonValue", schemaDoor),
        body: [`return ${literal(document, 0, "  return ".length)};`],
        doc: "The description of the HTTP interface, as `/_affinity/openapi.json` serves it.",
      },
    ],
  };
  return [{ kind: "json", path: "openapi.json", value: document }, module];
}
