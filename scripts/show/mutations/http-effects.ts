/** Whether a mutated request that was accepted did what the documentation says of it, as far as one can tell from outside. */
import type { Pool } from "undici";
import { memberOf, parseTree, printTree } from "../../../test/support/mutation/json-tree.js";
import type { Answer, Request } from "./problems.js";
import { type Sample, type Samples, type Standing, standing } from "./rows.js";

/** A request on a row that is known, its answer, and how the row stood before and stands after. */
export interface Effect {
  readonly pool: Pool;
  readonly samples: Samples;
  readonly request: Request;
  readonly answer: Answer;
  /** The row's own path. */
  readonly path: string;
  readonly sample: Sample;
  readonly before: Standing;
  readonly after: Standing;
}

/** The key of samples that a request has written; undefined when it wrote none. */
export function writtenKey({ method, path }: Request, { status }: Answer): string | undefined {
  if (method !== "PUT" || status >= 300) return undefined;
  const { pathname, searchParams } = new URL(path.replace("//", "/"), "http://host");
  return searchParams.get("key") ?? decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1));
}

/** Undefined when it did; else what is doubtful. */
export async function hasItsEffect(effect: Effect): Promise<string | undefined> {
  const { request, answer, path, before, after } = effect;
  if (request.method === "PUT") return putEffect(effect);
  if (request.method === "DELETE") {
    const isGone = request.path === path && answer.status === 204 && after.status === 404;
    return isGone ? undefined : "what was deleted stands";
  }
  // The messages of samples write nothing.
  if (after.position !== before.position || !after.binary.equals(before.binary)) return "a read has changed the row";
  if (request.method === "HEAD") return answer.bytes.length === 0 ? undefined : "a HEAD has a body";
  if (request.method === "OPTIONS") return answer.status === 204 ? undefined : "OPTIONS is 204";
  return request.method === "POST" ? replyEffect(effect) : getEffect(effect);
}

async function putEffect({ pool, samples, request, path, after, before }: Effect): Promise<string | undefined> {
  const type = request.headers?.["content-type"]?.toLowerCase() ?? "";
  const body = request.body ?? "";
  const isAvro = type.startsWith("avro/json");
  if (type.startsWith("avro/binary")) return "JSON was taken for a frame";
  const meaning = isAvro ? samples.avroMeaning(body) : samples.meaning(body);
  if (typeof meaning === "string") return `the judge refuses it: ${meaning}`;
  if (request.path === path) {
    if (after.position === before.position) return "a write has no position of its own";
    return after.binary.equals(meaning) ? undefined : `the judge says ${meaning.toString("hex")}`;
  }
  // Several write to the keys that mutants share: any valid value may stand there by now.
  const other = await standing(pool, request.path);
  if (other.status !== 200) return `nothing stands at ${request.path}`;
  return samples.normal(other.binary) === undefined ? "what stands there is no sample" : undefined;
}

function replyEffect({ request, answer, path, sample }: Effect): string | undefined {
  if (answer.status === 304) return "a message is no conditional read";
  if (request.path === `${path}/weigh`) return longReply(answer, sample.total);
  if (request.path !== `${path}/rate`) return `nothing is at ${request.path}`;
  const { weight } = weightOf(String(request.body));
  return longReply(answer, sample.total + weight);
}

/** The default of `weight` is 1. */
function weightOf(body: string): { readonly weight: bigint } {
  const tree = memberOf(parseTree(body), "weight");
  return { weight: tree === undefined ? 1n : BigInt(printTree(tree).replaceAll('"', "")) };
}

/** Replies stand in the media type that was asked for. */
function longReply({ text, headers, bytes }: Answer, value: bigint): string | undefined {
  const type = String(headers["content-type"]);
  if (type.startsWith("avro/binary")) return bytes[0] === 0 ? undefined : "no frame";
  const shown = type.includes("longs=string") ? `"${value}"` : `${value}`;
  return text.trim() === shown ? undefined : `the reply is not ${shown}`;
}

function getEffect({ request, answer, path, sample, samples, before }: Effect): string | undefined {
  const { pathname } = new URL(request.path.replace("//", "/"), "http://host");
  if (pathname.startsWith("/_affinity")) return undefined;
  if (pathname === `${path}/weigh`) return longReply(answer, sample.total);
  if (answer.status === 304)
    return request.headers?.["if-none-match"] === undefined ? "nobody asked for 304" : undefined;
  const type = String(answer.headers["content-type"]);
  if (pathname === path) return rowDoubt(answer, { type, sample, samples, before });
  if (pathname === "/samples" || pathname === "/places") return listDoubt(answer, request.path, type);
  // Another row: it stands under its own type.
  return answer.status === 200 ? undefined : `${answer.status}`;
}

function rowDoubt(
  answer: Answer,
  { type, sample, samples, before }: { type: string; sample: Sample; samples: Samples; before: Standing },
): string | undefined {
  const isSame = (() => {
    if (type.startsWith("avro/binary")) return answer.bytes.equals(before.frame);
    const meaning = type.startsWith("avro/json") ? samples.avroMeaning(answer.bytes) : samples.meaning(answer.bytes);
    if (typeof meaning === "string" || !meaning.equals(sample.binary)) return false;
    return type !== "application/json" || answer.text.trim() === sample.json;
  })();
  return isSame ? undefined : `as ${type} it is not the value that was put`;
}

/** A page in order, not longer than its limit. Others write meanwhile, so its rows are not known. */
function listDoubt({ text }: Answer, path: string, type: string): string | undefined {
  if (!type.startsWith("application/json"))
    return type.startsWith("application/x-ndjson") ? undefined : `a list as ${type}`;
  const query = new URL(path, "http://host").searchParams;
  const page: { readonly items?: unknown } = JSON.parse(text);
  if (!Array.isArray(page.items)) return "a page without items";
  const limit = Number(query.get("limit") ?? "100");
  if (page.items.length > limit) return `${page.items.length} items, limit ${limit}`;
  const items: readonly { readonly key?: unknown }[] = page.items;
  const keys = items.map(({ key }) => Buffer.from(typeof key === "string" ? key : ""));
  const sign = query.get("order") === "desc" ? -1 : 1;
  const isOrdered = keys.every((key, index) => index === 0 || Buffer.compare(keys[index - 1] ?? key, key) * sign < 0);
  return isOrdered || path.startsWith("/places") ? undefined : "the page is not in the order of its keys";
}
