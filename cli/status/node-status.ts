/** What `GET /_affinity/status` answers. */
import { z } from "zod";
import { AffinityError, messageOf } from "../../runtime/core/errors.js";

const partition = z.object({
  keyspace: z.string(),
  partition: z.number(),
  role: z.string(),
  state: z.string(),
  epoch: z.number(),
  lagRecords: z.number(),
  reason: z.string().optional(),
  restore: z
    .object({
      totalRecords: z.number(),
      doneRecords: z.number(),
      recordsPerSecond: z.number().optional(),
      secondsLeft: z.number().optional(),
    })
    .optional(),
});

const nodeStatus = z.looseObject({
  service: z.string(),
  startedAt: z.string(),
  version: z.string().optional(),
  keyspaces: z.array(z.string()),
  partitions: z.array(partition),
});

export type NodeStatus = z.infer<typeof nodeStatus>;
export type StatusOfPartition = NodeStatus["partitions"][number];

/** How long a node may take to answer, ms. */
const answerMs = 10_000;

/** @throws CONNECTION_FAILED, with the cure, when nobody or somebody else answers. */
export async function nodeStatusAt(url: string, token: string | undefined): Promise<NodeStatus> {
  const refused = (why: string, cure: string): AffinityError =>
    new AffinityError("CONNECTION_FAILED", `${url}: ${why}; ${cure}`);
  let answer: Response;
  let text: string;
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    answer = await fetch(new URL("/_affinity/status", url), { headers, signal: AbortSignal.timeout(answerMs) });
    text = await answer.text();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    throw refused(
      `no answer (${messageOf(cause ?? error)})`,
      "start the node with `affinity serve`, or say with --url where it listens",
    );
  }
  if (answer.status === 401) throw refused("the node wants another token", "set AFFINITY_TOKEN to one that it takes");
  const found = answer.status === 200 ? nodeStatus.safeParse(jsonOf(text)) : undefined;
  if (found?.success !== true)
    throw refused(`it answered ${answer.status}, and not as a node does`, "say with --url where the node listens");
  return found.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
