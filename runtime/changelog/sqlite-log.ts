/** The embedded changelog as its writer thread sees it: topics, ownership, reads, and groups written as transactions. */
import { messageOf } from "../core/errors.js";
import { ByteWriter } from "../disk/byte-writer.js";
import type { Database } from "../disk/sqlite.js";
import { failureOf } from "../disk/sqlite-failure.js";
import { blockRow } from "./block.js";
import type { TopicInfo, TopicSpec } from "./changelog.js";
import type { GroupReader, OutcomeName } from "./group.js";
import { LogConnection } from "./log-connection.js";
import { packBlock } from "./packed-blocks.js";
import { type Part, Parts } from "./parts.js";
import type { LogCalls, PartState } from "./sqlite-calls.js";
import { topicConflict, topicMissing } from "./topics.js";

/** A row changes at least a page. */
const pageBytes = 4096;

/** See the head of the file. */
export class SqliteLog {
  readonly connection: LogConnection;
  readonly parts: Parts;

  /** @throws as `openLogFile`. */
  constructor(path: string) {
    this.connection = new LogConnection(path);
    this.parts = new Parts(this.connection);
    this.parts.load();
  }

  /** @throws CONFIG_INVALID, CHANGELOG_UNAVAILABLE */
  ensureTopics(topics: readonly TopicSpec[], incarnations: readonly string[]): readonly TopicInfo[] {
    const infos = this.connection.transaction((db) =>
      topics.map((spec, index) => ensureTopic(db, spec, incarnations[index] ?? "")),
    );
    this.parts.load();
    return infos;
  }

  /** Every topic of the file. @throws CHANGELOG_UNAVAILABLE */
  topics(): readonly TopicInfo[] {
    return this.connection
      .database()
      .prepare<[], TopicInfo>("select name, partitions, incarnation from topics order by name")
      .all();
  }

  /** @throws CHANGELOG_UNAVAILABLE */
  fence(request: LogCalls["fence"]["request"]): LogCalls["fence"]["reply"] {
    const parts = request.topics.map((topic) => this.parts.named(topic, request.partition));
    // Before anybody owns anything: it is known what the file holds.
    const states = parts.map((part): PartState => ({ topic: part.topic, part: part.id, ...this.parts.end(part) }));
    const isOwner = parts.every((part) => part.owner === undefined || part.epoch <= request.epoch);
    if (isOwner) {
      for (const part of parts) {
        part.owner = request.log;
        part.epoch = request.epoch;
      }
    }
    return { isOwner, parts: states };
  }

  /** @throws CHANGELOG_UNAVAILABLE */
  read(request: LogCalls["read"]["request"]): LogCalls["read"]["reply"] {
    const part = this.parts.named(request.topic, request.partition);
    const endOffset = this.parts.endOffset(part);
    const { floor, from } = this.parts.statementsOf(part);
    const first = floor.get(request.fromOffset);
    const out = new ByteWriter();
    let nextOffset = Math.max(endOffset, request.fromOffset);
    let count = 0;
    for (const row of from.iterate(typeof first === "number" ? first : request.fromOffset)) {
      const { base, body } = blockRow(row);
      // The first block may end before the offset asked for, so it does not count.
      if (count >= 2 && out.length >= request.maxBytes) {
        nextOffset = base;
        break;
      }
      packBlock(out, base, body);
      count += 1;
    }
    return {
      blocks: out.buffer.slice(0, out.length),
      nextOffset,
      endOffset,
    };
  }

  /**
   * Writes a group as one transaction and notes in it what became of each append.
   *
   * @returns The reason of what was not acknowledged.
   */
  write(group: GroupReader): string | undefined {
    const ends = new Map<Part, number>();
    let isCommitting = false;
    try {
      this.connection.begin();
      this.#insert(group, ends);
      isCommitting = true;
      this.connection.commit();
      return undefined;
    } catch (error) {
      for (const [part, endOffset] of ends) part.endOffset = endOffset;
      const failure = failureOf(error);
      const reason =
        failure === "full" ? `${this.connection.path}: no space left on the device; free some` : messageOf(error);
      // A commit that fails for want of space is not in the file. Of any other failed commit nobody knows.
      if (!this.connection.rollback() || (isCommitting && failure !== "full")) return this.#look(group, reason);
      settle(group, "refused");
      if (failure === "io" || failure === "damaged") this.connection.abandon();
      return reason;
    }
  }

  #insert(group: GroupReader, ends: Map<Part, number>): void {
    for (const append of group.each()) {
      if (!this.#mayAppend(group, append)) {
        group.setOutcome(append, "fenced");
        continue;
      }
      for (const block of group.blocksOf(append)) {
        const part = this.parts.of(group.partAt(block));
        const base = this.parts.endOffset(part);
        if (!ends.has(part)) ends.set(part, base);
        const body = group.bodyAt(block);
        this.parts.statementsOf(part).insert.run(base, body);
        this.connection.wrote(pageBytes + body.length);
        group.setBase(block, base);
        part.endOffset = base + group.recordsAt(block);
      }
    }
  }

  #mayAppend(group: GroupReader, append: number): boolean {
    const log = group.logAt(append);
    for (const block of group.blocksOf(append)) if (this.parts.of(group.partAt(block)).owner !== log) return false;
    return true;
  }

  /** After a commit that failed half-way: opens the file again and looks whether the group is in it. */
  #look(group: GroupReader, reason: string): string | undefined {
    this.connection.abandon();
    try {
      const isThere = this.#holds(group);
      settle(group, isThere ? "acknowledged" : "refused");
      return isThere ? undefined : reason;
    } catch {
      settle(group, "unknown");
      return reason;
    }
  }

  /** Whether the first block of a group that was to be written is there: all of them are, or none. */
  #holds(group: GroupReader): boolean {
    for (const append of group.each()) {
      if (group.outcomeAt(append) !== "acknowledged") continue;
      for (const block of group.blocksOf(append)) {
        const part = this.parts.of(group.partAt(block));
        const body = this.parts.statementsOf(part).body.get(group.baseAt(block));
        return Buffer.isBuffer(body) && body.equals(group.bodyAt(block));
      }
    }
    return false;
  }
}

/** Finds or makes a topic; a new one gets the incarnation. */
function ensureTopic(db: Database, spec: TopicSpec, incarnation: string): TopicInfo {
  const { name, partitions, historyMs, tombstoneMs } = spec;
  const known = db
    .prepare<[string], { id: number; partitions: number; incarnation: string }>(
      "select id, partitions, incarnation from topics where name = ?",
    )
    .get(name);
  if (known !== undefined) {
    if (known.partitions !== partitions) throw topicConflict(spec, known.partitions);
    if (spec.isExternal === true) return { name, partitions, incarnation: known.incarnation };
    db.prepare("update topics set history_ms = ?, tombstone_ms = ? where id = ?").run(historyMs, tombstoneMs, known.id);
    return { name, partitions, incarnation: known.incarnation };
  }
  if (spec.isExternal === true) throw topicMissing(name);
  const topic = db
    .prepare("insert into topics (name, partitions, incarnation, history_ms, tombstone_ms) values (?, ?, ?, ?, ?)")
    .run(name, partitions, incarnation, historyMs, tombstoneMs);
  const insertPart = db.prepare("insert into parts (topic, partition) values (?, ?)");
  for (let partition = 0; partition < partitions; partition += 1) {
    const part = insertPart.run(topic.lastInsertRowid, partition);
    db.exec(`create table log_${part.lastInsertRowid} (base integer primary key, body blob not null)`);
  }
  return { name, partitions, incarnation };
}

/** Gives what was to be written its outcome; fenced appends keep theirs. */
function settle(group: GroupReader, outcome: OutcomeName): void {
  for (const append of group.each()) if (group.outcomeAt(append) !== "fenced") group.setOutcome(append, outcome);
}
