/** Loads a project's code: the generated descriptor and the users' handlers. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AffinityError, messageOf } from "../core/errors.js";
import type { KeyspaceHandler } from "../partition/plan.js";
import type { KeyspaceDescriptor, ServiceDescriptor } from "../protocol/service.js";
import type { ResolvedConfig } from "./config/resolved.js";

/** The users' code by keyspace. */
export interface Handlers {
  readonly [keyspace: string]: KeyspaceHandler;
}

/** What a node runs. */
export interface Project {
  readonly service: ServiceDescriptor;
  readonly handlers: Handlers;
}

/**
 * Imports `generated/index`, then `handlers/<keyspace>` where a keyspace has messages.
 *
 * TypeScript is loaded through tsx, which is started on first use and stays for the process.
 *
 * @throws GENERATED_STALE when there is no generated code; HANDLER_MISSING when a handler is absent (a missing function is
 * found when the node opens); whatever the users' own modules throw.
 */
export async function loadProject(config: ResolvedConfig): Promise<Project> {
  const service = await loadService(config);
  const handlers: Record<string, KeyspaceHandler> = {};
  for (const keyspace of Object.values(service.keyspaces)) {
    if (Object.keys(keyspace.messages).length === 0) continue;
    handlers[keyspace.name] = await loadHandler(config, keyspace);
  }
  return { service, handlers };
}

/** Imports the descriptor alone. @throws GENERATED_STALE when it is absent or not of this version. */
export async function loadService(config: ResolvedConfig): Promise<ServiceDescriptor> {
  const module = moduleFile(config, config.generate.output, "index");
  if (module === undefined) {
    throw new AffinityError(
      "GENERATED_STALE",
      `${config.generate.output}: there is no generated code; run \`affinity generate\`${config.run.code.endsWith("dist") ? " and compile" : ""}`,
    );
  }
  const { service } = await importModule(module);
  if (!isServiceDescriptor(service)) {
    throw new AffinityError(
      "GENERATED_STALE",
      `${module}: it exports no \`service\`, so another version wrote it; run \`affinity generate\``,
    );
  }
  return service;
}

async function loadHandler(config: ResolvedConfig, keyspace: KeyspaceDescriptor): Promise<KeyspaceHandler> {
  const { name } = keyspace;
  const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}Handler`;
  const line = `export const ${name}: ${typeName} = { … };`;
  const file = `${config.generate.handlers}/${name}.ts`;
  const module = moduleFile(config, config.generate.handlers, name);
  if (module === undefined) {
    throw new AffinityError(
      "HANDLER_MISSING",
      `${file}: there is no such file; run \`affinity generate\`, or write: ${line}`,
    );
  }
  const handler: unknown = (await importModule(module))[name];
  if (typeof handler !== "object" || handler === null) {
    throw new AffinityError("HANDLER_MISSING", `${file}: it has no export named ${name}; write: ${line}`);
  }
  return handler;
}

function isServiceDescriptor(value: unknown): value is ServiceDescriptor {
  return typeof value === "object" && value !== null && "keyspaces" in value && "inputs" in value;
}

/**
 * Where a module of the project lies. `generate.output` and `generate.handlers` are written for the TypeScript layout
 * (`src/generated`); compiled code has the same layout below `run.code`.
 */
function moduleFile(config: ResolvedConfig, folder: string, stem: string): string | undefined {
  const [, ...inside] = folder.split("/");
  const base = inside.length === 0 ? join(config.root, folder) : join(config.run.code, ...inside);
  return [".ts", ".mts", ".js", ".mjs"].map((ending) => join(base, stem + ending)).find((file) => existsSync(file));
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  if (/\.m?ts$/.test(file)) await registerTypeScript();
  const module: unknown = await import(pathToFileURL(file).href);
  return typeof module === "object" && module !== null ? { ...module } : {};
}

let registered: Promise<void> | undefined;

function registerTypeScript(): Promise<void> {
  registered ??= import("tsx/esm/api").then(
    ({ register }) => {
      register();
    },
    (error: unknown) => {
      throw new AffinityError(
        "CONFIG_INVALID",
        `run.code: TypeScript is loaded through the package tsx, which cannot be loaded (${messageOf(error)}); install it, or compile and set run.code to "dist"`,
        { cause: error },
      );
    },
  );
  return registered;
}
