/** Mutants of requests that keep the grammar of HTTP. */
import { bytesMutant } from "./bytes-mutants.js";
import { hasItsEffect, writtenKey } from "./http-effects.js";
import { makes } from "./http-makes.js";
import { checkUnchanged, type MutantParts } from "./parts.js";
import { ask, type Request, refusalOf } from "./problems.js";
import { putSample, standing } from "./rows.js";

/** Codes of what the HTTP parser itself refuses. */
const parserCodes: ReadonlySet<string> = new Set(["HEADERS_TOO_LARGE"]);

/** A request with a fault. */
export async function httpMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name, written } = parts;
  if (chance.happens(0.15)) {
    await bytesMutant(parts);
    return;
  }
  const key = `http-${name}`;
  written.add(key);
  const path = `/samples/${key}`;
  const sample = samples.make();
  await putSample(pool, path, sample);
  const before = await standing(pool, path);
  const plain: Required<Request> = {
    method: "PUT",
    path,
    headers: { "content-type": "application/json" },
    body: samples.make().json,
  };
  const made = chance.pick(makes)(plain, chance);
  const request = bodiless({ ...plain, ...made, path: ascii(made.path ?? path) });
  const answer = await ask(pool, request);
  const after = await standing(pool, path);
  const what = `${request.method} ${request.path.slice(0, 200)} ${JSON.stringify(request.headers).slice(0, 200)}`;
  if (answer.status < 400) {
    const newKey = writtenKey(request, answer);
    if (newKey !== undefined) written.add(newKey);
    const doubt = await hasItsEffect({ pool, samples, request, answer, path, sample, before, after });
    const explain = (): string =>
      `${doubt}: ${what}: ${answer.status} ${answer.text.slice(0, 300)}; ${String(request.body).slice(0, 600)} stored as ${after.status} ${after.position} ${after.binary.toString("hex").slice(0, 400)}; before ${before.position}`;
    if (report.check("HTTP: what is accepted has the effect that it says", doubt === undefined, explain)) {
      tally.accepted("HTTP");
    }
    return;
  }
  const explain = (): string => `${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
  if (request.method === "HEAD") {
    // It has no body to tell with.
    report.check("no 5xx", answer.status < 500 && answer.bytes.length === 0, explain);
    tally.refused("HTTP", "(HEAD)", true);
  } else {
    const refusal = refusalOf(report, what, answer);
    if (refusal !== undefined) tally.refused("HTTP", refusal.code, !parserCodes.has(refusal.code));
  }
  checkUnchanged(report, before, after, explain);
}

/** The grammar has only visible ASCII in a target; other bytes come in `bytesMutant`. */
function ascii(path: string): string {
  return path.replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}

function bodiless(request: Required<Request>): Request {
  if (request.method === "PUT" || request.method === "POST" || request.method === "PATCH") return request;
  const { body: _body, ...rest } = request;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== "content-type"));
  return { ...rest, headers };
}
