/** `affinity config` and `affinity config --doc`. */
import { configurationDocument } from "../../runtime/node/config/documentation.js";
import { effectiveSettings } from "../../runtime/node/config/effective.js";
import { allSettings } from "../../runtime/node/config/settings.js";
import { readProject } from "../project.js";
import { columns, type Terminal } from "../terminal.js";

/** Each setting with its value and its origin; secrets hidden. */
export function printConfig(file: string, terminal: Terminal): void {
  const { given } = readProject(file, terminal);
  const settings = effectiveSettings(file, given);
  for (const setting of settings) terminal.emit(setting);
  const { bold, dim } = terminal.colors;
  const rows = settings.map(({ setting, value, origin }) => [setting, JSON.stringify(value), origin]);
  const lines = columns([["setting", "value", "origin"], ...rows]).split("\n");
  const [head = "", ...body] = lines;
  terminal.print([bold(head), ...body.map((line) => (line.endsWith("  default") ? dim(line) : line))].join("\n"));
}

/** Every setting there is. */
export function printDocument(terminal: Terminal): void {
  for (const { path, type, fallback, text, isSecret, only } of allSettings)
    terminal.emit({ setting: path, type, default: fallback, text, secret: isSecret, ...(only ? { only } : {}) });
  terminal.print(configurationDocument().trimEnd());
}
