import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface ConsumeOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly from: string;
  readonly partition?: string;
  readonly filter: readonly string[];
  readonly limit?: string;
  readonly schema: readonly string[];
  readonly headers?: boolean;
}

const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const none: readonly string[] = [];

/** `affinity consume`: what stands in a topic. */
export function consumeCommand(): Command {
  return projectCommand(
    "consume",
    "print the records of a topic as JSON lines; without a topic, the topics",
    "affinity consume bank-accounts --from 10m --filter value.owner=Ada | jq .value",
  )
    .argument("[topic]", "a topic of the changelog; of Kafka any topic")
    .option("-f, --follow", "go on with what is written from now on, until Ctrl-C")
    .option(
      "--from <where>",
      "start, end, an offset, a time (2026-11-26T12:00:00Z), or so long ago (90s, 10m, 2h, 7d)",
      "start",
    )
    .option("--partition <number>", "one partition; default all")
    .option(
      "--filter <condition>",
      "only records where it holds: key=a-1, value.owner!=Ada, value.note~text (contains), type=bank.Account; repeat it for more",
      collected,
      none,
    )
    .option("--limit <number>", "stop after so many records")
    .option(
      "--schema <file>",
      "an .avsc file that single objects were written with; repeat it for more",
      collected,
      none,
    )
    .option("--headers", "what the system notes with a record: epoch, batch, write time")
    .action(async (topic: string | undefined, options: ConsumeOptions) => {
      const { consume } = await import("./consume/consume.js");
      await consume({ ...options, topic }, terminalOf(options));
    });
}
