/** JSON over HTTP, as any caller sends and reads it. */

/** An answer that is read. */
export interface Answered {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The text itself where it is no JSON. */
  readonly json: unknown;
}

export function getJson(url: string): Promise<Answered> {
  return ask(url, {});
}

export function putJson(url: string, value: unknown): Promise<Answered> {
  const headers = { "content-type": "application/json" };
  return ask(url, { method: "PUT", headers, body: JSON.stringify(value) });
}

async function ask(url: string, init: RequestInit): Promise<Answered> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
