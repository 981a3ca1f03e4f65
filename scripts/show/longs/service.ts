/** A service as line avro.4 talks to it: texts and bytes as they cross the wire, nothing parsed by the way. */
import { Pool } from "undici";

export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly etag: string;
  readonly position: string;
}

export interface Request {
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: { readonly [name: string]: string };
}

export const json = "application/json";
export const textLongs = "application/json; longs=string";
export const avroJsonType = "avro/json";
export const binary = "avro/binary";
export const lines = "application/x-ndjson";

/** Requests under way at once. */
const connections = 16;

export class Service {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections });
  }

  get(path: string, request: Request = {}): Promise<Answer> {
    return this.#send("GET", path, undefined, request);
  }

  put(path: string, body: string | Buffer, request: Request = {}): Promise<Answer> {
    return this.#send("PUT", path, body, request);
  }

  post(path: string, body: string | Buffer, request: Request = {}): Promise<Answer> {
    return this.#send("POST", path, body, request);
  }

  delete(path: string): Promise<Answer> {
    return this.#send("DELETE", path, undefined, {});
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(
    method: "GET" | "PUT" | "POST" | "DELETE",
    path: string,
    body: string | Buffer | undefined,
    { type = json, accept = json, headers = {} }: Request,
  ): Promise<Answer> {
    const answer = await this.#pool.request({
      method,
      path,
      headers: { accept, ...(body === undefined ? {} : { "content-type": type }), ...headers },
      body: body ?? null,
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const header = (name: string): string => String(answer.headers[name] ?? "");
    return {
      status: answer.statusCode,
      bytes,
      text: bytes.toString("utf8"),
      etag: header("etag"),
      position: header("affinity-position"),
    };
  }
}

/** Runs a task for each item, as many at once as there are connections. */
export async function forEach<T>(items: readonly T[], run: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await run(item, index);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
}
