/** From what a route gives or throws to status, media type and body, as Confluent's clients know them. */
import { isAffinityError } from "../../core/errors.js";
import { refusalNumber } from "../refusal.js";
import { RestFault } from "./rest-request.js";
import { JsonText } from "./rest-routes.js";

export interface RestAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const mediaTypes = [
  "application/vnd.schemaregistry.v1+json",
  "application/vnd.schemaregistry+json",
  "application/json",
] as const;

/** The media type for an answer: the first of ours that the caller takes. @throws RestFault 406 */
export function acceptedType(accept: string | undefined): string {
  const wanted = (accept ?? "*/*").split(",").map((range) => range.split(";")[0]?.trim().toLowerCase() ?? "");
  const takes = (type: string): boolean => wanted.includes(type);
  if (wanted.every((range) => range === "") || takes("*/*") || takes("application/*")) return mediaTypes[0];
  const found = mediaTypes.find(takes);
  if (found === undefined) throw new RestFault(406, "HTTP 406 Not Acceptable");
  return found;
}

/** The body as JSON value. @throws RestFault 400, 415 */
export function parsedBody(bytes: Uint8Array, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined;
  const type = (contentType ?? mediaTypes[0]).split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/octet-stream" && !mediaTypes.some((known) => known === type))
    throw new RestFault(415, "HTTP 415 Unsupported Media Type");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new RestFault(400, "The request body is no JSON in UTF-8");
  }
}

export function restAnswer(type: string, value: unknown): RestAnswer {
  return { status: 200, type, body: value instanceof JsonText ? value.text : JSON.stringify(value) };
}

/** The answer to an error; undefined for what is a fault of the server. */
export function restErrorAnswer(type: string, error: unknown): RestAnswer | undefined {
  const told = errorCode(error);
  if (told === undefined) return undefined;
  const { code, message } = told;
  // 40401 is a 404, 409 itself.
  const status = code >= 1000 ? Math.floor(code / 100) : code;
  return { status, type, body: JSON.stringify({ error_code: code, message }) };
}

function errorCode(error: unknown): { readonly code: number; readonly message: string } | undefined {
  if (error instanceof RestFault) return { code: error.status, message: error.message };
  if (!isAffinityError(error)) return undefined;
  const number = refusalNumber(error);
  if (number !== undefined) return { code: number, message: error.detail };
  switch (error.code) {
    case "REGISTRY_UNAVAILABLE":
      // The detail names files and servers, which are no business of callers.
      return { code: 50001, message: "The registry's store cannot answer now" };
    case "VALUE_INVALID":
      return { code: 42201, message: error.detail };
    case "INTERNAL":
      return undefined;
    default:
      return { code: error.status, message: error.detail };
  }
}
