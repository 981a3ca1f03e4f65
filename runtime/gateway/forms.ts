/**
 * Forms in which values cross the wire, and which of them a request asks for (`Accept`, RFC 9110 section 12.5.1) or brings
 * (`Content-Type`). Headers repeat from request to request, so each is read once and remembered.
 */
import { AffinityError } from "../core/errors.js";
import { type MediaRange, parseMediaRanges } from "./media-range.js";

/** A form of values. `name` is its part of an ETag. */
export interface Form {
  readonly name: "json" | "json-longs" | "avro-json" | "avro" | "lines" | "lines-longs";
  readonly contentType: string;
  /** Confluent-framed Avro; the others are text. */
  readonly isBinary: boolean;
  /** Longs are JSON texts, so that a native JSON.parse reads them exactly. */
  readonly hasTextLongs: boolean;
  /** Rows one a line. */
  readonly isLines: boolean;
}

const text = { isBinary: false, hasTextLongs: false, isLines: false } as const;
const json: Form = { ...text, name: "json", contentType: "application/json" };
const jsonLongs: Form = {
  ...json,
  name: "json-longs",
  contentType: "application/json; longs=string",
  hasTextLongs: true,
};
const avroJson: Form = { ...text, name: "avro-json", contentType: "avro/json" };
const avro: Form = { ...text, name: "avro", contentType: "avro/binary", isBinary: true };
const lines: Form = { ...text, name: "lines", contentType: "application/x-ndjson", isLines: true };
const linesLongs: Form = {
  ...lines,
  name: "lines-longs",
  contentType: "application/x-ndjson; longs=string",
  hasTextLongs: true,
};

/** Forms of one kind of answer. The first is what a caller without preference gets. */
export interface Offer {
  readonly forms: readonly Form[];
  readonly known: Map<string, Form>;
}

/** Of a row's value, of a reply. */
export const valueForms: Offer = { forms: [json, jsonLongs, avroJson, avro], known: new Map() };
/** Of a list. */
export const listForms: Offer = { forms: [json, jsonLongs, avroJson, lines, linesLongs], known: new Map() };

/** Headers that are remembered, of each kind, and characters of such a header. */
const knownLimit = 256;
const knownLength = 256;

/**
 * The form that the caller prefers; of equal ones the first offered.
 *
 * @throws NOT_ACCEPTABLE when it takes none of those offered
 */
export function negotiate(accept: string | undefined, offer: Offer): Form {
  const [preferred = json] = offer.forms;
  if (accept === undefined || accept === "*/*") return preferred;
  const known = offer.known.get(accept);
  if (known !== undefined) return known;
  const form = choose(parseMediaRanges(accept), offer.forms);
  if (form === undefined) {
    const types = [...new Set(offer.forms.map(({ contentType }) => contentType))].join(", ");
    throw new AffinityError(
      "NOT_ACCEPTABLE",
      `header Accept: names none of the media types of this route; ${types} are`,
    );
  }
  if (offer.known.size >= knownLimit) offer.known.clear();
  if (accept.length <= knownLength) offer.known.set(accept, form);
  return form;
}

function choose(ranges: readonly MediaRange[], forms: readonly Form[]): Form | undefined {
  let best: { readonly form: Form; readonly quality: number } | undefined;
  for (const form of forms) {
    const quality = qualityOf(ranges, form);
    if (quality > (best?.quality ?? 0)) best = { form, quality };
  }
  return best?.form;
}

/** The quality of the most specific range that names the form. */
function qualityOf(ranges: readonly MediaRange[], form: Form): number {
  let found: MediaRange | undefined;
  for (const range of ranges) {
    if (isNamed(range, form) && (found === undefined || range.specificity > found.specificity)) found = range;
  }
  return found?.quality ?? 0;
}

// `longs=string` is asked for in so many words, never given for a wildcard; other parameters (charset) change nothing.
function isNamed({ type, parameters }: MediaRange, form: Form): boolean {
  const [bare = ""] = form.contentType.split(";");
  const isText = parameters.get("longs") === "string";
  if (form.hasTextLongs !== isText) return false;
  return type === "*/*" || type === bare || type === `${bare.slice(0, bare.indexOf("/"))}/*`;
}

/** The header that says what a body is. */
export interface BodyHeaders {
  readonly "content-type"?: string | undefined;
}

const readForms: ReadonlyMap<string, Form> = new Map([
  ["application/json", json],
  ["avro/json", avroJson],
  ["avro/binary", avro],
]);

/** The form of a body; JSON where nothing is said. @throws MEDIA_TYPE */
export function readForm(headers: BodyHeaders): Form {
  const { "content-type": type } = headers;
  if (type === undefined || type === "application/json") return json;
  const form = readForms.get(bodyType(type));
  if (form !== undefined) return form;
  throw new AffinityError(
    "MEDIA_TYPE",
    `header Content-Type: ${JSON.stringify(type.slice(0, 100))} is not read here; ${[...readForms.keys()].join(", ")} are`,
  );
}

/** Whether the body is NDJSON. */
export function isLines(headers: BodyHeaders): boolean {
  const { "content-type": type } = headers;
  return type !== undefined && bodyType(type) === "application/x-ndjson";
}

/** The type without parameters; of those only `charset=utf-8` is let pass. */
function bodyType(header: string): string {
  const [range, ...others] = parseMediaRanges(header);
  const charset = range?.parameters.get("charset")?.toLowerCase();
  if (range === undefined || others.length > 0 || (charset !== undefined && charset !== "utf-8")) return "";
  return range.type;
}
