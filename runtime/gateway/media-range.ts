/** Media ranges of `Accept` and `Content-Type`, RFC 9110 sections 8.3.1 and 12.5.1. */

/** One member of an `Accept` header. */
export interface MediaRange {
  /** Lower case: `application/json`, `application/*`, or a wildcard for all. */
  readonly type: string;
  /** Without `q`; names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1. */
  readonly quality: number;
  /** Grows with how much the range says: a type outranks a wildcard, a parameter outranks none. */
  readonly specificity: number;
}

/** Members that are looked at; those behind them count as not sent. */
const rangeLimit = 64;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const rangePattern = new RegExp(`^\\s*(${token}/${token})\\s*((?:;[^,]*)?)$`);
const parameterPattern = new RegExp(`^\\s*(${token})=(?:(${token})|"([^"]*)")\\s*$`);

/** Members that are no media range are passed over, as the header is only a preference. */
export function parseMediaRanges(header: string): readonly MediaRange[] {
  return header.split(",", rangeLimit).flatMap((member) => {
    const [, type, rest = ""] = rangePattern.exec(member) ?? [];
    if (type === undefined) return [];
    const parameters = new Map<string, string>();
    for (const text of rest.split(";").slice(1)) {
      const [, name, plain, quoted] = parameterPattern.exec(text) ?? [];
      if (name !== undefined) parameters.set(name.toLowerCase(), plain ?? quoted ?? "");
    }
    const quality = qualityOf(parameters.get("q"));
    parameters.delete("q");
    return [{ type: type.toLowerCase(), parameters, quality, specificity: specificityOf(type, parameters) }];
  });
}

function qualityOf(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function specificityOf(type: string, parameters: ReadonlyMap<string, string>): number {
  if (type === "*/*") return 0;
  return (type.endsWith("/*") ? 1 : 2) + Math.min(parameters.size, 1) * 2;
}
