/** How often something is done in a second of processor time: what else runs on the machine counts less than with a clock. */
import process from "node:process";

/**
 * Measures one round.
 *
 * @param run Does it `count` times.
 * @param roundMs Processor time of the round, at least.
 */
export function cpuRate(run: () => void, count: number, roundMs: number): number {
  const start = process.cpuUsage();
  let done = 0;
  let elapsed = 0;
  while (elapsed < roundMs) {
    run();
    done += count;
    const { user, system } = process.cpuUsage(start);
    elapsed = (user + system) / 1000;
  }
  return (done / elapsed) * 1000;
}
