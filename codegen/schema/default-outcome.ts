/** What comes of reading a default. */
import type { JsonNode } from "../json-node.js";
import type { DefaultValue } from "./model.js";

export type Outcome =
  /** A value, how deep it is, and how many values it holds, itself counted. */
  | { readonly kind: "value"; readonly value: DefaultValue; readonly depth: number; readonly size: number }
  /** `node`, the innermost value that does not fit, is no `expected`. */
  | { readonly kind: "misfit"; readonly node: JsonNode; readonly expected: string }
  /** The value breaks a bound; `text` says which. */
  | { readonly kind: "limit"; readonly text: string }
  /** No value, and another diagnostic tells why. */
  | { readonly kind: "told" };

export function scalar(value: DefaultValue): Outcome {
  return { kind: "value", value, depth: 1, size: 1 };
}

export function misfit(node: JsonNode, expected: string): Outcome {
  return { kind: "misfit", node, expected };
}
