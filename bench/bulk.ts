/** Fills a keyspace through the bulk write of the HTTP interface. */
import { Readable } from "node:stream";
import { Pool } from "undici";

const linesOfRequest = 20_000;
const requestsAtOnce = 4;

/** Rows `prefix1` to `prefix<count>`. */
export interface Filling {
  readonly url: string;
  /** Of the keyspace. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly line: (number: number) => string;
}

/** Writes each row once. @throws when a row fails. */
export async function fill({ url, path, from, to, line }: Filling): Promise<void> {
  const pool = new Pool(url, { connections: requestsAtOnce, headersTimeout: 0, bodyTimeout: 0 });
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const start = next;
      const end = Math.min(to, start + linesOfRequest);
      next = end;
      const body = Readable.from(chunks(start, end, line));
      const answer = await pool.request({
        method: "PUT",
        path,
        headers: { "content-type": "application/x-ndjson" },
        body,
      });
      const text = await answer.body.text();
      const closing: { readonly written?: number; readonly failed?: number } = JSON.parse(
        text.trimEnd().split("\n").at(-1) ?? "{}",
      );
      if (answer.statusCode !== 200 || closing.written !== end - start || closing.failed !== 0) {
        throw new Error(`bulk write answered ${answer.statusCode}: ${text.slice(0, 500)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, work));
  await pool.close();
}

function* chunks(from: number, to: number, line: (number: number) => string): Generator<string> {
  for (let start = from; start < to; start += 500) {
    let text = "";
    for (let number = start; number < Math.min(to, start + 500); number += 1) text += `${line(number)}\n`;
    yield text;
  }
}
