/** Versions of subjects as Confluent's REST interface gives them. */
import type { SubjectSource } from "../../codegen/compatibility/subjects.js";
import { AffinityError, messageOf } from "../../runtime/core/errors.js";
import { type CompatibilityLevel, compatibilityLevels } from "../../runtime/schema/compatibility.js";

/** Time for one answer. */
const timeoutMs = 10_000;

/** @param base Url of the registry, with or without a slash at its end; user and password may stand in it. */
export function httpSubjects(base: string): SubjectSource {
  const url = new URL(base.endsWith("/") ? base : `${base}/`);
  const credentials =
    url.username === "" ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  const headers = {
    accept: "application/vnd.schemaregistry.v1+json, application/json",
    ...(credentials !== undefined && { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` }),
  };

  /** Parsed JSON; undefined for 404. */
  const get = async (path: string): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === 404) return undefined;
      if (response.ok) return await response.json();
    } catch (error) {
      throw unavailable(messageOf(error), error);
    }
    throw unavailable(`it answers ${response.status}`);
  };
  const unavailable = (why: string, cause?: unknown): AffinityError =>
    new AffinityError("REGISTRY_UNAVAILABLE", `${url.origin}: ${why}; check the url and whether the registry runs`, {
      cause,
    });

  return {
    async versions(subject) {
      const path = `subjects/${encodeURIComponent(subject)}/versions`;
      const numbers = await get(path);
      if (!Array.isArray(numbers)) return [];
      const texts: string[] = [];
      for (const number of numbers) {
        const text = memberOf(await get(`${path}/${Number(number)}`), "schema");
        if (typeof text === "string") texts.push(text);
      }
      return texts;
    },
    async level(subject) {
      const config = await get(`config/${encodeURIComponent(subject)}?defaultToGlobal=true`);
      const text = memberOf(config, "compatibilityLevel");
      return compatibilityLevels.find((level): level is CompatibilityLevel => level === text) ?? "BACKWARD";
    },
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
