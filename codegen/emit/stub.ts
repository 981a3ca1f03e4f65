/** `handlers/<keyspace>.ts`: the user's file, written once and only where there is none. It compiles as it stands. */
import type { KeyspaceModel } from "../service/model.js";
import { isReservedWord } from "../service/names.js";
import { type Code, type CodeFile, codeText, type Declaration } from "./file.js";
import { ImportSet } from "./imports.js";
import { memberName } from "./literal.js";

/** @param index Module of the server's door as the handlers' folder sees it, `../generated/index.js`. */
export function emitStub(keyspace: KeyspaceModel, index: string): CodeFile {
  // A word like `delete` can be exported but not declared.
  const declared = isReservedWord(keyspace.name) ? `${keyspace.name}Handler` : keyspace.name;
  const imports = new ImportSet([declared]);
  const methods = keyspace.messages.flatMap((message): Code => {
    const parameters = ["context", "key", ...(message.request === undefined ? [] : ["request"])].map(
      (name) => `_${name}`,
    );
    return [
      `async ${memberName(message.name)}(${parameters.join(", ")}) {`,
      [`throw new Error("${keyspace.name}.${message.name} is not written yet");`],
      "},",
    ];
  });
  const constant: Declaration = {
    kind: "constant",
    name: declared,
    isExported: declared === keyspace.name,
    type: imports.type(keyspace.names.handler, index),
    value: codeText(["{", methods, "}"]),
    doc: `Answers the messages of keyspace ${keyspace.name}.`,
  };
  const renamed: Declaration = { kind: "export", names: [`${declared} as ${keyspace.name}`] };
  return {
    kind: "code",
    path: `${keyspace.name}.ts`,
    owner: "user",
    sources: [],
    imports,
    declarations: declared === keyspace.name ? [constant] : [constant, renamed],
  };
}
