/** Codings of bodies: chunked is the one that is taken away here. What is coded otherwise would be read as what it is not. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { AffinityError } from "../core/errors.js";

/**
 * The error for a transfer coding beside chunked, and for any in HTTP/1.0: Node.js's parser lets both pass. Where such a
 * request ends is not known, or others before this server may have seen another end.
 *
 * Source: RFC 9112 section 6.1.
 */
export function transferCodingFault({ headers, httpVersion }: IncomingMessage): AffinityError | undefined {
  const coding = headers["transfer-encoding"];
  if (coding === undefined) return undefined;
  if (httpVersion === "1.0")
    return new AffinityError("REQUEST_INVALID", "header Transfer-Encoding: HTTP/1.0 has none; HTTP/1.1 would be right");
  if (coding.toLowerCase() === "chunked") return undefined;
  return new AffinityError(
    "TRANSFER_CODING",
    `header Transfer-Encoding: ${JSON.stringify(coding.slice(0, 100))} is not understood; chunked alone would be right`,
  );
}

/** The headers of an answer to a body that is coded: RFC 9110 section 12.5.3. */
export const takenCodings: readonly string[] = ["Accept-Encoding", "identity"];

/** Whether a body is coded, compressed in most cases: RFC 9110 section 8.4. */
export function isCoded(headers: IncomingHttpHeaders): boolean {
  const coding = headers["content-encoding"];
  return coding !== undefined && coding.toLowerCase() !== "identity";
}

/** @throws MEDIA_TYPE for a body that is coded. */
export function checkContentCoding(headers: IncomingHttpHeaders): void {
  if (!isCoded(headers)) return;
  const coding = JSON.stringify(headers["content-encoding"]?.slice(0, 100));
  throw new AffinityError(
    "MEDIA_TYPE",
    `header Content-Encoding: ${coding} is not decoded here; a body that is sent as it is would be right`,
  );
}
