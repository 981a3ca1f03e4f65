/** Where a listener is bound, and where it is reached from the same machine. */

// An address that means every address of the machine is no address to connect to.
const wildcards: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
]);

/** A host as sockets take it: an IPv6 address without brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** @param host As it is configured. */
export function reachableUrl(host: string, port: number): string {
  const bound = withoutBrackets(host);
  const reached = wildcards.get(bound) ?? bound;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}
