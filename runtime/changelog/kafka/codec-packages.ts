/** Codecs that come from elsewhere and may be missing: packages with native code, and what only later Node.js versions have. */
import { createRequire } from "node:module";

/** Gives a module by its name. @throws MissingPackage */
export type LoadPackage = (name: string) => unknown;

/** Its message is the name. */
export class MissingPackage extends Error {}

const requireOf = createRequire(import.meta.url);

/** Loads a package only when it is needed. */
export const loadPackage: LoadPackage = (name) => {
  try {
    return requireOf(name);
  } catch (error) {
    throw new MissingPackage(name, { cause: error });
  }
};

/** A function that a package exports. @throws MissingPackage */
export function functionOf(
  name: string,
  member: string,
  load: LoadPackage = loadPackage,
): (...parameters: readonly unknown[]) => unknown {
  const module = load(name);
  const found: unknown = typeof module === "object" && module !== null ? Reflect.get(module, member) : undefined;
  if (typeof found !== "function") throw new MissingPackage(name);
  return (...parameters) => Reflect.apply(found, module, parameters);
}

export function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new Error("the codec gave no bytes");
}
