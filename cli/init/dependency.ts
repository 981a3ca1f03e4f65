/** How a new project reaches the very package that writes it, which may not be published. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The dependency to write into the new project's package.json.
 *
 *   installed from a registry     its exact version
 *   installed from a tarball      `file:` and the tarball's path, where it still lies there
 *   anything else (a checkout)    `file:` and the package's own folder
 *
 * Paths are relative to the new project.
 */
export function dependencySpec(packageRoot: string, target: string): string {
  const { version, resolved } = installation(packageRoot);
  if (resolved !== undefined && !resolved.startsWith("file:") && version !== undefined) return version;
  const lockFolder = dirname(dirname(packageRoot));
  const tarball = resolved === undefined ? undefined : resolve(lockFolder, resolved.slice("file:".length));
  const source = tarball !== undefined && existsSync(tarball) ? tarball : realpathSync(packageRoot);
  return `file:${relative(target, source).replaceAll("\\", "/")}`;
}

/** What npm noted when it installed us: `node_modules/.package-lock.json`. Nothing is noted of a checkout. */
function installation(packageRoot: string): { readonly version?: string; readonly resolved?: string } {
  const modules = dirname(packageRoot);
  const lockFile = join(modules, ".package-lock.json");
  if (!existsSync(lockFile)) return {};
  const lock: unknown = JSON.parse(readFileSync(lockFile, "utf8"));
  const entry = member(member(lock, "packages"), `node_modules/${relative(modules, packageRoot)}`);
  const [version, resolved] = [member(entry, "version"), member(entry, "resolved")];
  return {
    ...(typeof version === "string" ? { version } : {}),
    ...(typeof resolved === "string" ? { resolved } : {}),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
