/** The one line that says that a node serves. */
import type { ServiceDescriptor } from "../../runtime/protocol/service.js";
import type { Colors } from "../terminal.js";

/** `bank is ready in 0.8 s: http://127.0.0.1:8080/accounts · http://127.0.0.1:8080/_affinity/openapi.json` */
export function readyText(
  ready: { readonly service: ServiceDescriptor; readonly url: string; readonly ms: number },
  colors: Colors,
): string {
  const { service, url, ms } = ready;
  const paths = Object.values(service.keyspaces)
    .filter(({ expose }) => expose.length > 0)
    .map(({ path }) => path);
  const shown = paths.length > urlLimit ? paths.slice(0, urlLimit) : paths;
  const more = paths.length > urlLimit ? ` · ${paths.length - urlLimit} more` : "";
  const urls = [...shown, "/_affinity/openapi.json"].map((path) => colors.cyan(url + path));
  return `${colors.green(colors.bold(service.name))} is ready in ${(ms / 1000).toFixed(1)} s: ${urls.join(" · ")}${more}`;
}

/** Keyspaces that the line names; the API description names them all. */
const urlLimit = 4;
