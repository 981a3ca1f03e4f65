/** Imports of one file, asked for by name. An import is a value: whoever asks gets the identifier to write. */

interface Imported {
  readonly name: string;
  readonly local: string;
  isType: boolean;
}

/** One import declaration, in the order in which it is printed. */
export interface ImportLine {
  readonly module: string;
  readonly isTypeOnly: boolean;
  /** `Account`, `type AccountInput`, `readAccount as readAccount$1`. */
  readonly names: readonly string[];
}

/** Collects the imports of a file. A name that the file declares, or another import has, is imported as `name$1`. */
export class ImportSet {
  readonly #taken: Set<string>;
  readonly #modules = new Map<string, Map<string, Imported>>();

  /** @param taken Names that the file declares, and globals that it means. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The identifier of a value. */
  value(name: string, module: string): string {
    return this.#import(name, module, false);
  }

  /** The identifier of a type, which leaves nothing at run time unless the value is asked for too. */
  type(name: string, module: string): string {
    return this.#import(name, module, true);
  }

  lines(): readonly ImportLine[] {
    return [...this.#modules].sort(([a], [b]) => byModule(a, b)).map(([module, names]) => lineOf(module, names));
  }

  #import(name: string, module: string, isType: boolean): string {
    const names = this.#modules.get(module) ?? new Map<string, Imported>();
    this.#modules.set(module, names);
    const known = names.get(name);
    if (known !== undefined) {
      known.isType &&= isType;
      return known.local;
    }
    const local = this.#free(name);
    this.#taken.add(local);
    names.set(name, { name, local, isType });
    return local;
  }

  #free(name: string): string {
    if (!this.#taken.has(name)) return name;
    let number = 1;
    while (this.#taken.has(`${name}$${number}`)) number += 1;
    return `${name}$${number}`;
  }
}

function lineOf(module: string, names: ReadonlyMap<string, Imported>): ImportLine {
  const sorted = [...names.values()].sort((a, b) => byName(a.name, b.name));
  const isTypeOnly = sorted.every((imported) => imported.isType);
  return {
    module,
    isTypeOnly,
    names: sorted.map(({ name, local, isType }) => {
      const text = name === local ? name : `${name} as ${local}`;
      return isType && !isTypeOnly ? `type ${text}` : text;
    }),
  };
}

/** Packages first, then files. */
function byModule(a: string, b: string): number {
  const isFile = Number(a.startsWith(".")) - Number(b.startsWith("."));
  return isFile !== 0 ? isFile : byName(a, b);
}

/** Ignoring case, then by code units. */
function byName(a: string, b: string): number {
  const folded = [a.toLowerCase(), b.toLowerCase()] as const;
  if (folded[0] !== folded[1]) return folded[0] < folded[1] ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
