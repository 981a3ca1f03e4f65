/** `affinity consume`. */
import { readFileSync } from "node:fs";
import type { TopicEntry, TopicReader } from "../../runtime/changelog/topic-reader.js";
import { type Clock, systemClock } from "../../runtime/core/clock.js";
import { messageOf } from "../../runtime/core/errors.js";
import { firstOf } from "../../runtime/core/first-of.js";
import { nearest } from "../../runtime/core/nearest.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openProjectRegistry } from "../../runtime/node/registry-server.js";
import { openProjectTopics } from "../../runtime/node/topics.js";
import { definedBy } from "../../runtime/schema/raw-schema.js";
import { Recogniser } from "../../runtime/serde/recognise.js";
import { WrongUse } from "../failure.js";
import { readProject } from "../project.js";
import { processLogger } from "../serve/log.js";
import { pause, stoppedBySignals } from "../stopping.js";
import { columns, type Terminal } from "../terminal.js";
import { parseCondition } from "./conditions.js";
import { type LineOptions, lineOf } from "./lines.js";
import { LineOutput } from "./output.js";
import { parseStart, type Start } from "./start.js";

export interface ConsumeRequest {
  readonly config: string;
  readonly topic: string | undefined;
  readonly follow?: boolean;
  readonly from: string;
  readonly partition?: string;
  readonly filter: readonly string[];
  readonly limit?: string;
  readonly schema: readonly string[];
  readonly headers?: boolean;
}

/** Between what was read of a topic that is followed and the next look, ms, so that rows are read together. */
const followMs = 20;
/** Bytes of one read: what is held of a topic at a time. */
const readBytes = 1_048_576;

export async function consume(request: ConsumeRequest, terminal: Terminal): Promise<void> {
  const clock = systemClock;
  const start = parseStart(request.from, clock.now());
  const conditions = request.filter.map(parseCondition);
  const limit = request.limit === undefined ? undefined : wholeNumber("--limit", request.limit);
  const schemas = request.schema.map(schemaText);
  const { config } = readProject(request.config, terminal);
  const parts = { config, clock, random: systemRandom, logger: await processLogger(config.logLevel, terminal) };
  const reader = await openProjectTopics(parts);
  try {
    const topics = await reader.topics();
    if (request.topic === undefined) {
      list(
        topics.filter(({ isInternal }) => isInternal !== true),
        terminal,
      );
      return;
    }
    const topic = chosen(topics, request.topic);
    const partitions = chosenPartitions(topic, request.partition);
    const registry = await openProjectRegistry(parts);
    const stop = stoppedBySignals();
    try {
      const output = new LineOutput(process.stdout, () => stop.abort());
      const recogniser = new Recogniser({ registry, schemas, clock });
      const lines = { recogniser, conditions, withHeaders: request.headers === true };
      const isFollowing = request.follow === true;
      const reading = { reader, topic: topic.name, partitions, start, isFollowing, limit, clock, signal: stop.signal };
      await printAll(reading, lines, output);
    } finally {
      await registry.close();
    }
  } finally {
    await reader.close();
  }
}

interface Reading {
  readonly reader: TopicReader;
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly start: Start;
  readonly isFollowing: boolean;
  readonly limit: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A partition, and how far it has been read. */
interface Place {
  readonly partition: number;
  next: bigint;
  /** Where it ended when reading began; absent while it is followed. */
  readonly end: bigint | undefined;
  /** Where it ended when it was last read, once all was read. */
  reached: bigint | undefined;
}

async function printAll(reading: Reading, lines: LineOptions, output: LineOutput): Promise<void> {
  const { partitions, signal, clock } = reading;
  let places: readonly Place[] = await Promise.all(partitions.map((partition) => placeOf(reading, partition)));
  let left = reading.limit ?? Number.POSITIVE_INFINITY;
  while (places.length > 0 && left > 0 && !signal.aborted) {
    // In turn, so that a long partition keeps none of the others waiting.
    for (const place of places.filter(({ reached }) => reached === undefined)) {
      const slice = await nextSlice(reading, place);
      if (reading.isFollowing && slice.nextOffset >= slice.endOffset) place.reached = slice.endOffset;
      const printed: string[] = [];
      for (const record of slice.records) {
        if (place.end !== undefined && record.offset >= place.end) break;
        if (printed.length >= left || signal.aborted) break;
        const line = await lineOf(record, place.partition, lines);
        if (line !== undefined) printed.push(line);
      }
      left -= printed.length;
      place.next = slice.nextOffset;
      if (signal.aborted) return;
      await output.write(printed);
      if (left <= 0) return;
    }
    places = places.filter(({ next, end }) => end === undefined || next < end);
    if (reading.isFollowing && places.every(({ reached }) => reached !== undefined)) {
      await grown(reading, places);
      await pause(clock, followMs, signal);
    }
  }
}

/** Waits until places have grown behind the ends that were reached. Being stopped ends the wait, and is no error. */
async function grown({ reader, topic, signal }: Reading, places: readonly Place[]): Promise<void> {
  try {
    await firstOf(
      signal,
      places.map((place) => async (stop) => {
        if (place.reached === undefined) return;
        await reader.grown({ topic, partition: place.partition, endOffset: place.reached, signal: stop });
        place.reached = undefined;
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function nextSlice({ reader, topic }: Reading, { partition, next }: Place): ReturnType<TopicReader["read"]> {
  return reader.read({ topic, partition, fromOffset: next, maxBytes: readBytes });
}

async function placeOf({ reader, topic, start, isFollowing }: Reading, partition: number): Promise<Place> {
  const { endOffset } = await reader.read({ topic, partition, fromOffset: 0n, maxBytes: 1 });
  const place = { partition, end: isFollowing ? undefined : endOffset, reached: undefined };
  switch (start.at) {
    case "start":
      return { ...place, next: 0n };
    case "end":
      return { ...place, next: endOffset };
    case "offset":
      return { ...place, next: start.offset };
    case "time":
      return { ...place, next: await reader.offsetAt(topic, partition, start.time) };
  }
}

function list(topics: readonly TopicEntry[], terminal: Terminal): void {
  for (const { name, partitions } of topics) terminal.emit({ topic: name, partitions });
  if (topics.length === 0) terminal.print("There is no topic.");
  else
    terminal.print(columns([["topic", "partitions"], ...topics.map((topic) => [topic.name, `${topic.partitions}`])]));
}

function chosen(topics: readonly TopicEntry[], name: string): TopicEntry {
  const found = topics.find((topic) => topic.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    topics.map((topic) => topic.name),
  );
  throw new WrongUse(
    `topic ${name}: there is no such topic; ${near === undefined ? "" : `did you mean ${near}? `}` +
      "`affinity consume` without one lists them",
  );
}

function chosenPartitions({ name, partitions }: TopicEntry, wanted: string | undefined): readonly number[] {
  if (wanted === undefined) return Array.from({ length: partitions }, (_, partition) => partition);
  const partition = wholeNumber("--partition", wanted);
  if (partition >= partitions)
    throw new WrongUse(`--partition ${wanted}: ${name} has the partitions 0 to ${partitions - 1}`);
  return [partition];
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new WrongUse(`${option} ${text}: a whole number would be right`);
  return Number(text);
}

/** @throws WrongUse for what cannot be read or is no schema that stands alone. */
function schemaText(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    definedBy(text);
    return text;
  } catch (error) {
    throw new WrongUse(`--schema ${file}: it is no Avro schema that stands alone: ${messageOf(error)}`);
  }
}
