/** Query parameters, each asked for by name; what nobody asks for is an error and never ignored. */
import { AffinityError } from "../core/errors.js";

/** Parameters of one request, decoded as `application/x-www-form-urlencoded`: `+` is a space. */
export class Query {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** @throws QUERY_INVALID when a percent-encoding is broken or not UTF-8. */
  static parse(text: string): Query {
    const values = new Map<string, string[]>();
    for (const pair of text.split("&")) {
      if (pair === "") continue;
      const sign = pair.indexOf("=");
      const name = decode(sign < 0 ? pair : pair.slice(0, sign), pair);
      const value = sign < 0 ? "" : decode(pair.slice(sign + 1), pair);
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
    return new Query(values);
  }

  get names(): IterableIterator<string> {
    return this.#values.keys();
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Every value of a parameter that may stand several times, in order. */
  all(name: string): readonly string[] | undefined {
    return this.#values.get(name);
  }

  /** @throws QUERY_INVALID when the parameter stands more than once. */
  one(name: string): string | undefined {
    const values = this.#values.get(name);
    if (values !== undefined && values.length > 1) {
      throw new AffinityError("QUERY_INVALID", `parameter ${name}: stands ${values.length} times; once would be right`);
    }
    return values?.[0];
  }

  /** @throws QUERY_INVALID naming the first parameter that is not one of `known`. */
  allow(known: readonly string[]): void {
    for (const name of this.#values.keys()) {
      if (known.includes(name)) continue;
      const right = known.length === 0 ? "this route takes none" : `this route takes ${known.join(", ")}`;
      throw new AffinityError("QUERY_INVALID", `parameter ${abridged(name)}: is not known; ${right}`);
    }
  }
}

function decode(text: string, pair: string): string {
  try {
    return decodeURIComponent(text.includes("+") ? text.replaceAll("+", " ") : text);
  } catch {
    throw new AffinityError(
      "QUERY_INVALID",
      `parameter ${abridged(pair)}: is not percent-encoded UTF-8; a % is written %25`,
    );
  }
}

function abridged(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
