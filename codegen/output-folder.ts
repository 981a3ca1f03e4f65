/**
 * The output's folder: what is in it, whose it is, and how it is changed without touching what is not the tool's. Its files
 * are many and small, and synchronous calls cost a third of what asynchronous ones do.
 */
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasBanner } from "./banner.js";
import { byCodeUnits } from "./diagnostics-sort.js";
import { hashText } from "./manifest.js";

/** Entries of the folder that are looked at; more is a wrong folder. */
const entryLimit = 100_000;

/** Bytes in which a banner stands, wherever there is one. */
const bannerBytes = 256;

/** Where output cannot be written, and why. */
export interface Blocked {
  /** Path within the folder; empty for the folder itself. */
  readonly path: string;
  readonly reason: string;
}

/** What would change. Paths are within the folder, with `/`, in order. */
export interface OutputPlan {
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  /** Files of the tool that are not part of the output any more. */
  readonly obsolete: readonly string[];
  readonly blocked: readonly Blocked[];
}

type Entry = "file" | "folder" | "other";

/** See the head of the file. */
export class OutputFolder {
  readonly #path: string;

  /** @param path Absolute. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The text of a file; undefined where there is none that can be read. */
  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.#path, path), "utf8");
    } catch {
      return undefined;
    }
  }

  /** Compares the folder with what it should hold. */
  plan(files: ReadonlyMap<string, string>): OutputPlan {
    const { entries, blocked } = this.#scan();
    const changed: string[] = [];
    const unchanged: string[] = [];
    for (const [path, text] of files) {
      const inTheWay = this.#obstacle(path, entries);
      if (inTheWay !== undefined) blocked.push(inTheWay);
      else if (!entries.has(path)) changed.push(path);
      else {
        const found = readFileSync(join(this.#path, path));
        if (found.equals(Buffer.from(text))) unchanged.push(path);
        else if (hasBanner(found.toString("utf8", 0, bannerBytes))) changed.push(path);
        else
          blocked.push({
            path,
            reason: "the file does not begin with the generator's banner, so it is not overwritten",
          });
      }
    }
    const obsolete: string[] = [];
    for (const [path, kind] of entries) {
      if (kind === "file" && !files.has(path) && this.#isOurs(path)) obsolete.push(path);
    }
    const order = (paths: string[]): string[] => paths.sort(byCodeUnits);
    blocked.sort((a, b) => byCodeUnits(a.path, b.path));
    return { changed: order(changed), unchanged: order(unchanged), obsolete: order(obsolete), blocked };
  }

  /** Whether the folder holds these files, by path and hash, and no other file of the tool but those `besides`. */
  holds(hashes: { readonly [path: string]: string }, besides: readonly string[]): boolean {
    const { entries, blocked } = this.#scan();
    if (blocked.length > 0) return false;
    for (const [path, hash] of Object.entries(hashes)) {
      if (entries.get(path) !== "file" || this.#obstacle(path, entries) !== undefined) return false;
      if (hashText(readFileSync(join(this.#path, path))) !== hash) return false;
    }
    for (const [path, kind] of entries) {
      const isKnown = Object.hasOwn(hashes, path) || besides.includes(path);
      if (kind === "file" && !isKnown && this.#isOurs(path)) return false;
    }
    return true;
  }

  /** Writes and removes what the plan says. Each file changes at once, so that nobody reads half of one. */
  apply(plan: OutputPlan, files: ReadonlyMap<string, string>): void {
    for (const folder of new Set(plan.changed.map((path) => dirname(join(this.#path, path))))) {
      mkdirSync(folder, { recursive: true });
    }
    // The doors come last: what they say of their inputs then holds for the files behind them, should the run be killed.
    const isDoor = (path: string): boolean => !path.includes("/");
    const [doors, others] = [plan.changed.filter(isDoor), plan.changed.filter((path) => !isDoor(path))];
    for (const path of [...others, ...doors]) this.#write(path, files.get(path) ?? "");
    for (const path of plan.obsolete) {
      rmSync(join(this.#path, path));
      this.#removeEmpty(dirname(path));
    }
  }

  #write(path: string, text: string): void {
    const target = join(this.#path, path);
    const draft = join(dirname(target), `.${basename(target)}.affinity-draft`);
    try {
      writeFileSync(draft, text, { flag: "wx" });
    } catch (error) {
      // A draft is left only by a run that was killed; a link of its name must not lead the write elsewhere.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      rmSync(draft);
      writeFileSync(draft, text, { flag: "wx" });
    }
    renameSync(draft, target);
  }

  /** Removes a folder within the output that nothing is left in, and those around it. */
  #removeEmpty(folder: string): void {
    for (let path = folder; path !== "." && path !== ""; path = dirname(path)) {
      try {
        rmdirSync(join(this.#path, path));
      } catch {
        return;
      }
    }
  }

  #isOurs(path: string): boolean {
    const file = openSync(join(this.#path, path), "r");
    try {
      const buffer = Buffer.alloc(bannerBytes);
      return hasBanner(buffer.toString("utf8", 0, readSync(file, buffer, 0, bannerBytes, 0)));
    } finally {
      closeSync(file);
    }
  }

  /** What stands where a file or one of its folders should be. Links are never followed: they lead out of the folder. */
  #obstacle(path: string, entries: ReadonlyMap<string, Entry>): Blocked | undefined {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      const kind = entries.get(folder);
      if (kind !== undefined && kind !== "folder")
        return { path: folder, reason: "a folder is needed here, and it is none" };
    }
    const kind = entries.get(path);
    if (kind === undefined || kind === "file") return undefined;
    return {
      path,
      reason:
        kind === "folder"
          ? "a file is needed here, and it is a folder"
          : "it is no regular file, so it is not overwritten",
    };
  }

  /** Everything below the folder by path; nothing where it is absent. */
  #scan(): { readonly entries: Map<string, Entry>; readonly blocked: Blocked[] } {
    const entries = new Map<string, Entry>();
    const blocked: Blocked[] = [];
    const kind = kindOf(this.#path);
    if (kind === "other" || kind === "file") blocked.push({ path: "", reason: "the output's folder is no folder" });
    const open = kind === "folder" ? [""] : [];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for (const entry of readdirSync(join(this.#path, folder), { withFileTypes: true })) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        entries.set(path, entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other");
        if (entry.isDirectory()) open.push(path);
      }
      if (entries.size > entryLimit) {
        blocked.push({
          path: "",
          reason: `the folder holds more than ${entryLimit} entries; it is not one of generated code`,
        });
        break;
      }
    }
    return { entries, blocked };
  }
}

function kindOf(path: string): Entry | "absent" {
  try {
    const found = lstatSync(path);
    if (found.isFile()) return "file";
    return found.isDirectory() ? "folder" : "other";
  } catch {
    return "absent";
  }
}
