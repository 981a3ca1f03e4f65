/** A node's status for people: a line a keyspace, and one for each partition that does not serve. */
import { type Colors, columns } from "../terminal.js";
import type { NodeStatus, StatusOfPartition } from "./node-status.js";

const barCells = 20;

export function renderStatus(node: NodeStatus, url: string, now: number, colors: Colors): string {
  const { service, version, startedAt, keyspaces, partitions } = node;
  const isServing = ({ state }: StatusOfPartition): boolean => state === "serving";
  const serving = partitions.filter(isServing).length;
  const facts = [url, ...(version === undefined ? [] : [version]), `started ${span(now - Date.parse(startedAt))} ago`];
  const lines = [`${colors.bold(service)} · ${facts.join(" · ")}`];
  const all = `${serving} of ${partitions.length} partitions serve`;
  lines.push(serving === partitions.length ? colors.green(all) : colors.yellow(all), "");
  const rows = keyspaces.map((keyspace) => {
    const own = partitions.filter((partition) => partition.keyspace === keyspace);
    const epochs = own.map(({ epoch }) => epoch);
    return [keyspace, `${own.filter(isServing).length} of ${own.length} serve`, rolesOf(own), epochsOf(epochs)];
  });
  const [head = "", ...body] = columns([["keyspace", "partitions", "roles", "epochs"], ...rows]).split("\n");
  lines.push(colors.bold(head), ...body);
  const others = partitions.filter((partition) => !isServing(partition));
  if (others.length === 0) return lines.join("\n");
  const waiting = others.map((partition) => [
    `${partition.keyspace}/${partition.partition}`,
    partition.state,
    progressOf(partition),
  ]);
  return [...lines, "", columns(waiting)].join("\n");
}

/** `████████░░░░  61 %  120,344 of 200,000 records, 310,000 a second, 1 s left` */
function progressOf({ restore, lagRecords, reason }: StatusOfPartition): string {
  if (reason !== undefined) return reason;
  if (restore === undefined) return lagRecords > 0 ? `${count(lagRecords)} records behind` : "";
  const { totalRecords, doneRecords, recordsPerSecond, secondsLeft } = restore;
  const share = totalRecords === 0 ? 1 : doneRecords / totalRecords;
  const full = Math.round(share * barCells);
  const bar = `${"█".repeat(full)}${"░".repeat(barCells - full)}`;
  const parts = [`${count(doneRecords)} of ${count(totalRecords)} records`];
  if (recordsPerSecond !== undefined) parts.push(`${count(recordsPerSecond)} a second`);
  if (secondsLeft !== undefined) parts.push(`${span(secondsLeft * 1_000)} left`);
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${parts.join(", ")}`;
}

function rolesOf(partitions: readonly StatusOfPartition[]): string {
  const masters = partitions.filter(({ role }) => role === "master").length;
  const standbys = partitions.length - masters;
  const parts = [...(masters > 0 ? [`${masters} master`] : []), ...(standbys > 0 ? [`${standbys} standby`] : [])];
  return parts.join(", ");
}

function epochsOf(epochs: readonly number[]): string {
  if (epochs.length === 0) return "";
  const [least, most] = [Math.min(...epochs), Math.max(...epochs)];
  return least === most ? `${least}` : `${least} to ${most}`;
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** `4 s`, `12 min`, `3 h`, `5 d`: the largest unit that is there once. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
