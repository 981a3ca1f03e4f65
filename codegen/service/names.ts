/** Names as TypeScript, file systems and the output's own files allow them. */

/** Words that cannot name a type or constant of a module, or that parse as an operator where a type stands. */
const reservedWords: ReadonlySet<string> = new Set(
  [
    "break case catch class const continue debugger default delete do else enum export extends false finally for function",
    "if import in instanceof new null return super switch this throw true try typeof var void while with",
    "implements interface let package private protected public static yield await arguments eval async",
    "any unknown never undefined boolean number string symbol bigint object",
    "keyof unique readonly infer asserts abstract intrinsic is as satisfies",
    "globalThis require exports module __proto__",
  ].flatMap((line) => line.split(" ")),
);

/** Names of devices, which no file may have on Windows, whatever its ending. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Longest file or folder name that we write; file systems allow 255 bytes. */
const fileNameLimit = 200;

/** Whether `name` may not name a declaration. */
export function isReservedWord(name: string): boolean {
  return reservedWords.has(name);
}

/** A type's own name, decided from itself alone: reserved words and names that no file may have get `$`. */
export function typeNameOf(avroName: string): string {
  return isReservedWord(avroName) || deviceName.test(avroName) ? `${avroName}$` : avroName;
}

/** A namespace as a folder name. One that ends in `.ts` could be a type's file, and so gets `$`. */
export function folderOf(namespace: string): string {
  const stem = namespace.split(".")[0] ?? "";
  return deviceName.test(stem) || /\.ts$/i.test(namespace) ? `${namespace}$` : namespace;
}

/** Gives out names of one scope: a second taker of a name gets `$` at its end, as often as needed. */
export class NameScope {
  readonly #taken = new Set<string>();
  readonly #fold: (name: string) => string;

  /** @param ignoreCase Names that differ in case only meet, as in most file systems. */
  constructor(options: { readonly ignoreCase?: boolean; readonly taken?: readonly string[] } = {}) {
    this.#fold = options.ignoreCase === true ? (name) => name.toLowerCase() : (name) => name;
    for (const name of options.taken ?? []) this.#taken.add(this.#fold(name));
  }

  has(name: string): boolean {
    return this.#taken.has(this.#fold(name));
  }

  take(wanted: string): string {
    let name = wanted;
    while (this.has(name)) name += "$";
    this.#taken.add(this.#fold(name));
    return name;
  }
}

/** `com.shop-like.bank` → `ComShopLikeBank`: the front of an exported name that two namespaces share. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9$]+/)
    .filter((part) => part !== "")
    .map(capitalized)
    .join("");
}

/** First letter upper, the rest as it is. */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** A file name short enough for every file system; `digest` makes what is cut off tell apart. */
export function fileNameOf(name: string, digest: (text: string) => string): string {
  return name.length <= fileNameLimit ? name : `${name.slice(0, fileNameLimit - 17)}$${digest(name).slice(0, 16)}`;
}

/** Names with which values of objects start out. A property of such a name is told from an inherited one. */
export function isObjectMember(name: string): boolean {
  return name in Object.prototype;
}
