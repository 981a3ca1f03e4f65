/** This project in the exchange: generated code, with the plain JavaScript API that users have. */

import type { AnyType } from "../../../runtime/schema/type.js";
import type { CodecName } from "../../../runtime/serde/container/codecs.js";
import { readContainer } from "../../../runtime/serde/container/read.js";
import { writeContainer } from "../../../runtime/serde/container/write.js";
import { singleObjects } from "../../../runtime/serde/single-object.js";
import { userInput, userValue } from "../../../test/support/avro/forms.js";
import type { Shape, Types } from "../../../test/support/avro/shape.js";
import type { Value } from "../../../test/support/avro/value.js";
import { difference } from "../corpus/same.js";
import type { Fault, FormName, Forms, Written } from "./judge.js";

/** A type with values, as the exchange hands them out. */
export interface ExchangeCase {
  readonly type: AnyType;
  readonly shape: Shape;
  readonly types: Types;
  readonly values: readonly Value[];
}

export async function writeOurs({ type, shape, types, values }: ExchangeCase, codec: CodecName): Promise<Forms> {
  const inputs = values.map((value) => userInput(value, shape, types));
  const single = singleObjects(type);
  const container = async (): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of writeContainer(type, inputs, { codec, blockBytes: 2000 })) pieces.push(piece);
    return Buffer.concat(pieces).toString("base64");
  };
  return {
    binary: inputs.map((input) => attempt(() => base64(type.encode(input)))),
    json: inputs.map((input) => attempt(() => type.toAvroJson(input))),
    single: inputs.map((input) => attempt(() => base64(single.encode(input)))),
    container: [await container().catch(failed)],
  };
}

export async function readOurs(
  { type, shape, types, values }: ExchangeCase,
  sources: { readonly [writer: string]: Forms },
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const expected = values.map((value) => userValue(value, shape, types));
  const single = singleObjects(type);
  for (const [from, forms] of Object.entries(sources)) {
    const compare = (form: FormName, read: (text: string) => unknown): void => {
      for (const [index, written] of forms[form].entries()) {
        if (typeof written !== "string") continue;
        const text = told(() => difference(read(written), expected[index]));
        if (text !== undefined) faults.push({ from, form, index, text });
      }
    };
    compare("binary", (text) => type.decode(Buffer.from(text, "base64")));
    compare("json", (text) => type.fromAvroJson(text));
    compare("single", (text) => single.decode(Buffer.from(text, "base64")));
    const [container] = forms.container;
    if (typeof container !== "string") continue;
    let index = 0;
    try {
      for await (const value of readContainer(type, pieces(Buffer.from(container, "base64")))) {
        const text = difference(value, expected[index]);
        if (text !== undefined) faults.push({ from, form: "container", index, text });
        index += 1;
      }
      if (index !== values.length) faults.push({ from, form: "container", index, text: "not as many values" });
    } catch (error) {
      faults.push({ from, form: "container", index: -1, text: failed(error).error });
    }
  }
  return faults;
}

/** A file as a disk gives it, in pieces of a size that fits nothing. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1013) yield bytes.subarray(at, at + 1013);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function attempt(write: () => string): Written {
  try {
    return write();
  } catch (error) {
    return failed(error);
  }
}

function told(compare: () => string | undefined): string | undefined {
  try {
    return compare();
  } catch (error) {
    return failed(error).error;
  }
}

function failed(error: unknown): { readonly error: string } {
  return { error: error instanceof Error ? error.message : String(error) };
}
