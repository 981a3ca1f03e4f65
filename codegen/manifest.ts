/**
 * `manifest.json` of the output: what it was made from and what it holds. A run that finds both as the manifest says has
 * nothing to do, and loads neither parser nor printer.
 */
import { createHash } from "node:crypto";
import { jsonBanner, jsonBannerMember } from "./banner.js";

export const manifestPath = "manifest.json";

export interface Manifest {
  /** Hash of the generator that wrote it. */
  readonly generator: string;
  /** Hash of the inputs. */
  readonly inputs: string;
  /** Files in the handlers' folder that the project needs. */
  readonly handlers: readonly string[];
  /** SHA-256 (hex) of each file of the output but this, by path. */
  readonly files: { readonly [path: string]: string };
}

/** The manifest's text. */
export function printManifest(
  { generator, inputs, handlers }: Omit<Manifest, "files">,
  files: ReadonlyMap<string, string>,
): string {
  const hashes = Object.fromEntries([...files].map(([path, text]) => [path, hashText(text)]));
  const manifest = { [jsonBannerMember]: jsonBanner, generator, inputs, handlers, files: hashes };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** A manifest as it was written; undefined for a text that is none. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("generator" in value && "inputs" in value && "handlers" in value && "files" in value)) return undefined;
    const { generator, inputs, handlers, files } = value;
    if (typeof generator !== "string" || typeof inputs !== "string" || !isTexts(handlers)) return undefined;
    if (typeof files !== "object" || files === null) return undefined;
    const hashes = Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    return { generator, inputs, handlers, files: Object.fromEntries(hashes) };
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function hashText(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}
