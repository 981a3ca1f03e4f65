/** `affinity check --against <url>`: the versions of subjects that a registry has. */
import type { SubjectSource } from "../../codegen/compatibility/subjects.js";
import { systemClock } from "../../runtime/core/clock.js";
import { AffinityError } from "../../runtime/core/errors.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openRegistryAt, type RegistryAddress } from "../../runtime/node/adapters.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { WrongUse } from "../failure.js";
import { processLogger } from "../serve/log.js";
import type { Terminal } from "../terminal.js";

/** A registry that is being asked. */
export interface AskedRegistry extends SubjectSource {
  close(): Promise<void>;
}

/** Whether what is named can only be a registry. */
export function isRegistry(against: string): boolean {
  return /^https?:\/\//.test(against);
}

/** What is named, without user and password. */
export function shownRegistry(against: string): string {
  return addressOf(against).urls.join(",");
}

/** @param against Urls of one registry's servers, with commas between; user and password may stand in the first. */
export async function registrySubjects(
  against: string,
  config: ResolvedConfig,
  terminal: Terminal,
): Promise<AskedRegistry> {
  const logger = await processLogger(config.logLevel, terminal);
  const parts = { clock: systemClock, random: systemRandom, logger };
  const registry = await openRegistryAt(addressOf(against), config, parts);
  return {
    async versions(subject) {
      const texts: string[] = [];
      for (const { id, version } of await registry.versions(subject)) {
        // With the types of other subjects written out.
        const text = await registry.schemaById(id);
        if (text === undefined)
          throw new AffinityError(
            "SCHEMA_NOT_FOUND",
            `subject ${subject}: the registry does not give schema id ${id} of its version ${version}`,
          );
        texts.push(text);
      }
      return texts;
    },
    level: (subject) => registry.compatibility(subject),
    close: () => registry.close(),
  };
}

function addressOf(against: string): RegistryAddress {
  const urls = against.split(/,\s*/).map((text) => {
    if (!isRegistry(text) || !URL.canParse(text))
      throw new WrongUse(
        "--against: is neither a url nor a list of urls; expected https://registry:8081, or several with commas",
      );
    return new URL(text);
  });
  const named = urls.find(({ username, password }) => username !== "" || password !== "");
  const auth = named && {
    type: "basic" as const,
    user: decodeURIComponent(named.username),
    password: decodeURIComponent(named.password),
  };
  for (const url of urls) {
    url.username = "";
    url.password = "";
  }
  return { urls: urls.map((url) => url.href.replace(/\/$/, "")), ...(auth === undefined ? {} : { auth }) };
}
