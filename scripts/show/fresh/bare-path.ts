/** The commands of a machine that has Node, python3, make and g++, and what every system has. */
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** What must not be found there, however it came to this machine. */
const absent =
  /^(wrk|autocannon|git.*|java|javac|mvn|gradle|chromium.*|chrome.*|google-chrome.*|firefox.*|docker|podman|ccache|cmake|ninja|rustc|cargo|go|ruby|sqlite3|tsx|tsc|pnpm|yarn|bun|deno|kafka.*|zk.*)$/;

/**
 * Makes a folder of links to what this machine has and such a machine would, too.
 *
 * @returns A value for PATH.
 */
export function barePath(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const seen = new Set<string>();
  for (const place of [dirname(process.execPath), ...(process.env.PATH ?? "").split(delimiter)]) {
    for (const name of listed(place)) {
      if (seen.has(name) || absent.test(name) || place.includes("node_modules")) continue;
      seen.add(name);
      symlinkSync(join(place, name), join(folder, basename(name)));
    }
  }
  return folder;
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
