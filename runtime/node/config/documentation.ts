/** docs/configuration.md and `affinity config --doc`, from the table of settings. */
import { adapterTypes } from "./adapters.js";
import { decimal, type Setting } from "./setting.js";
import { allSettings } from "./settings.js";

/** The whole page as Markdown; plain enough to be read in a terminal. */
export function configurationDocument(): string {
  const sections = new Map<string, Setting[]>();
  for (const setting of allSettings) {
    const section = setting.path.includes(".") ? (setting.path.split(".")[0] ?? "") : "";
    sections.set(section, [...(sections.get(section) ?? []), setting]);
  }
  const own = sections.get("") ?? [];
  sections.delete("");
  return [
    head,
    chapter("Settings of the project", own),
    ...[...sections].map(([name, settings]) => chapter(`\`${name}\``, settings)),
    tail(),
  ].join("\n");
}

function chapter(title: string, settings: readonly Setting[]): string {
  return [`## ${title}`, "", ...settings.flatMap((setting) => [entry(setting), ""])].join("\n");
}

function entry(setting: Setting): string {
  const under = setting.only === undefined ? "" : ` With \`type\` ${setting.only.join(" or ")}.`;
  const secret = setting.isSecret ? " Secret: never printed." : "";
  return [
    `**\`${setting.path}\`** · ${setting.type} · default ${shown(setting.fallback)}`,
    "",
    `${setting.text}${under}${secret}`,
  ].join("\n");
}

function shown(value: Setting["fallback"]): string {
  return typeof value === "number" ? decimal(value) : `\`${JSON.stringify(value)}\``;
}

const name = "$" + "{NAME}";
const nameOrDefault = "$" + "{NAME:-default}";

const head = `# Configuration

Made by \`affinity config --doc\` from the table of settings in \`runtime/node/config/settings.ts\`; a test holds the two
together.

\`affinity.json\` stands in the project's folder; \`--config FILE\` takes another one. Every field has a default, so \`{}\` is a
whole configuration. Paths are relative to the file. \`affinity config\` prints the effective value of each setting and where
it came from.

Every text may hold environment variables: \`${name}\`, or \`${nameOrDefault}\` for when it is unset or empty; a plain \`$\{\` is
written \`$$\{\`. A variable that is not set and has no default is an error that names the field. Where a number belongs, a
variable's digits are one: \`"port": "$\{PORT:-8080}"\`.

Unknown fields are errors. A known adapter without a runtime yet is the error NOT_YET.
`;

function tail(): string {
  const rows = Object.entries(adapterTypes).map(([section, { ready, later }]) => {
    const words = (list: readonly string[]): string => list.map((word) => `\`${word}\``).join(", ") || "none";
    return `| \`${section}\` | ${words(ready)} | ${words(later)} |`;
  });
  return [
    "## Adapters",
    "",
    "| section | types that run | known, no runtime yet |",
    "|---|---|---|",
    ...rows,
    "",
    "Any other `type` is a path (`./my-registry.js`) or the name of an installed package: an adapter of your own. The other",
    "members of its section are handed to it as they are.",
    "",
  ].join("\n");
}
