/**
 * Faults that are planted in the code, one at a time, to see that a test finds each: the mutations of the write path's design
 * that concern one node and its log. A fault that no longer fits the code fails, so that the list stays true.
 */

/** One fault. */
export interface PlantedFault {
  /** As the design names it. */
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly code: string;
  readonly instead: string;
  /** The test that has to fail: its file and the end of its name. */
  readonly foundBy: { readonly file: string; readonly test: string };
}

const partition = "runtime/partition";
const tests = "test/unit/runtime/partition";
const writePath = `${tests}/write-path.test.ts`;
const restore = `${tests}/restore.test.ts`;
const kafka = "runtime/changelog/kafka";
const kafkaContract = "test/contract/changelog-kafka.test.ts";
const simulation = "test/simulation/simulation.test.ts";

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: "no fence after an unknown outcome",
    file: `${partition}/log-keeper.ts`,
    code: "const fenced = await log.fence(signal);",
    instead: `const fenced = new Map<string, bigint>();
      for (const { topic, index } of log === undefined ? [] : plan.stores) {
        const request = { topic, partition: this.#parts.partition, fromOffset: restored.progress.offset(index), signal };
        fenced.set(topic, (await this.#parts.changelog.read(request)).endOffset);
      }`,
    foundBy: { file: simulation, test: "no promise is broken when appends fail in every way" },
  },
  {
    name: "no fence at a promotion",
    file: `${partition}/partition-life.ts`,
    code: "const ends = await endsToReach(parts, await log.fence(signal));",
    instead: `const fenced = new Map<string, bigint>();
      for (const topic of own)
        fenced.set(topic, (await changelog.read({ topic, partition, fromOffset: 0n, signal })).endOffset);
      const ends = await endsToReach(parts, fenced);`,
    foundBy: { file: simulation, test: "no promise is broken when two nodes take mastership from each other" },
  },
  {
    name: "fence not read to its end",
    file: `${partition}/log-keeper.ts`,
    code: "fenced.get(topic) ?? restored.progress.offset(index));",
    instead: "(fenced.size > 0 ? restored.progress.offset(index) : 0n));",
    foundBy: {
      file: `${tests}/retries.test.ts`,
      test: "P5: an unknown append that is in the log has its answer remembered",
    },
  },
  {
    name: "no reader's rule",
    file: `${partition}/applier.ts`,
    code: "if (!progress.admits(headers)) {",
    instead: "if (false as boolean) {",
    foundBy: {
      file: restore,
      test: "P3: a duplicate, a late record, and one of an older epoch are ignored, and their keys repaired (M4)",
    },
  },
  {
    name: "no repair",
    file: `${partition}/repairs.ts`,
    code: "if (this.#isDue || restored.progress.shadowed.size === 0) return false;",
    instead: "if (!this.#isDue || restored.progress.shadowed.size === 0) return false;",
    foundBy: { file: restore, test: "P3: a key that was deleted and has a late record is repaired by a tombstone" },
  },
  {
    name: "repair from committed",
    file: `${partition}/repairs.ts`,
    code: "if (target === undefined || overlay.get(target.index, ordered) !== undefined) continue;",
    instead: "if (target === undefined || overlay === undefined) continue;",
    foundBy: { file: restore, test: "P3: a repair is skipped when a newer write of the key is pending (M6)" },
  },
  {
    name: "gap read after the acknowledgement",
    file: `${partition}/write-path.ts`,
    code: "if (ends === undefined) this.#apply(batch, offsets);",
    instead: "if (ends === undefined || offsets.length > 0) this.#apply(batch, offsets);",
    foundBy: { file: writePath, test: "P3: what others wrote before an acknowledged record is applied first" },
  },
  {
    name: "no lease at an answer",
    file: `${partition}/write-path.ts`,
    code: "if (!mastership.isValid()) {",
    instead: "if (mastership.epoch < 0) {",
    foundBy: {
      file: `${tests}/lease.test.ts`,
      test: "P1: an acknowledgement past its end is not passed on, since the answer tells what was read",
    },
  },
  {
    name: "no lease at reads",
    file: `${partition}/tenure.ts`,
    code: "if (this.#parts.mastership.isValid()) return !this.#isEnded;",
    instead: "if (this.#parts.mastership.epoch > 0) return !this.#isEnded;",
    foundBy: { file: simulation, test: "no promise is broken when two nodes take mastership from each other" },
  },
  {
    name: "reply before durable",
    file: `${partition}/write-path.ts`,
    code: "this.#inFlight = batch;\n",
    instead: `this.#inFlight = batch;
    for (const call of batch.calls.splice(0))
      this.#parts.owner.settle(call, { position: this.position(), wrote: true, existed: call.existed, reply: call.reply });
`,
    foundBy: {
      file: writePath,
      test: "P2: nothing is visible before it is durable, and the next handler runs on it all the same",
    },
  },
  {
    name: "reply before what it read is durable",
    file: `${partition}/tenure.ts`,
    code: "if (newest !== undefined) this.#writePath.hold(call, newest);",
    instead: "if (newest?.sequence === -1) this.#writePath.hold(call, newest);",
    foundBy: {
      file: writePath,
      test: "P2: an answer waits for what it has read, also a refusal and an answer that wrote nothing",
    },
  },
  {
    name: "reads see pending",
    file: `${partition}/write-path.ts`,
    code: "overlay.put(write);\n",
    instead: `overlay.put(write);
      const { serialized, ordered, store, value } = write;
      if (serialized.length > 0 && value !== null)
        this.#parts.store.apply({
          rows: [{ store: store.name, key: ordered, row: { value, epoch: 1, batch: 1, offset: 0n, time: 0 } }],
          answers: [],
          checkpoint: this.#parts.progress.checkpoint(),
        });
`,
    foundBy: {
      file: writePath,
      test: "P2: nothing is visible before it is durable, and the next handler runs on it all the same",
    },
  },
  {
    name: "checkpoint ahead of rows",
    file: "runtime/memstore/sqlite-partition.ts",
    code: "let bytes = 0;\n    for (const { store, key, row } of change.rows)",
    instead: `let bytes = 0;
    this.#gathering.checkpoint = change.checkpoint;
    void this.#host.flush();
    for (const { store, key, row } of change.rows)`,
    foundBy: {
      file: "test/unit/runtime/memstore/sqlite-memstore.test.ts",
      test: "P7: the file has at no moment a checkpoint without its rows, or rows without their checkpoint",
    },
  },
  {
    name: "a group that could not be written is passed over",
    file: "runtime/memstore/write-behind.ts",
    code: "this.#isFailing = true;",
    instead: "this.#isFailing = true;\n      this.#groups.shift();",
    foundBy: {
      file: "test/unit/runtime/memstore/sqlite-memstore.test.ts",
      test: "P7: what was packed behind a group that cannot be written waits for it",
    },
  },
  {
    name: "rows and checkpoint in transactions of their own",
    file: "runtime/memstore/sqlite-mem-writer.ts",
    code: "return this.#transaction(() => this.#flushing.run(Buffer.from(group.buffer, 0, group.length)));",
    instead: "return this.#flushing.run(Buffer.from(group.buffer, 0, group.length));",
    foundBy: {
      file: "test/unit/runtime/memstore/sqlite-memstore.test.ts",
      test: "P7: the file has at no moment a checkpoint without its rows, or rows without their checkpoint",
    },
  },
  {
    name: "highest (epoch, batch) not kept",
    file: `${partition}/progress.ts`,
    code: "this.#epoch = from.epoch;\n      this.#batch = from.batch;",
    instead: "this.#epoch = 0;\n      this.#batch = 0;",
    foundBy: {
      file: restore,
      test: "P3: (epoch, batch) of the checkpoint keeps a late record from being applied (M3)",
    },
  },
  {
    name: "rows without idempotency entries",
    file: `${partition}/applier.ts`,
    code: "store.apply({ rows: this.#rows, answers: this.#answers, checkpoint: progress.checkpoint() });",
    instead: "store.apply({ rows: this.#rows, answers: [], checkpoint: progress.checkpoint() });",
    foundBy: {
      file: `${tests}/retries.test.ts`,
      test: "P5: the answer is the same after a restart from nothing but the log, over several stores too",
    },
  },
  {
    name: "entries without rows",
    file: `${partition}/applier.ts`,
    code: "store.apply({ rows: this.#rows, answers: this.#answers, checkpoint: progress.checkpoint() });",
    instead: "store.apply({ rows: [], answers: this.#answers, checkpoint: progress.checkpoint() });",
    foundBy: { file: restore, test: "P7: a memstore of another key layout is cleared and filled from the log" },
  },
  {
    name: "unknown treated as failed",
    file: `${partition}/write-path.ts`,
    code: "this.#parts.owner.outcomeUnknown(result.error);",
    instead: "this.#undo(result.error);",
    foundBy: {
      file: writePath,
      test: "P2: reads and calls are held while the partition does not know its log, and answered then",
    },
  },
  {
    name: "unknown sent again",
    file: `${partition}/write-path.ts`,
    code: "this.#parts.owner.outcomeUnknown(result.error);",
    instead: "this.#send(batch);",
    foundBy: { file: simulation, test: "no promise is broken when appends fail in every way" },
  },
  {
    name: "idle master that does not look",
    file: `${partition}/log-keeper.ts`,
    code: "if (writePath.isIdle && !this.#isRecovering) {",
    instead: "if (writePath.isIdle && this.#isRecovering) {",
    foundBy: { file: writePath, test: "P1: a master without writes looks now and then whether others wrote" },
  },
  {
    name: "idle master that is told of nothing",
    file: `${partition}/log-keeper.ts`,
    code: "const stores = changelog.isShared ?",
    instead: "const stores = !changelog.isShared ?",
    foundBy: {
      file: writePath,
      test: "P1: a master without writes is told that others wrote, where they may, and needs no look for it",
    },
  },
  {
    name: "no lease at an idle master's look",
    file: `${partition}/log-keeper.ts`,
    code: "if (mastership.isValid()) this.#owner.readOn();",
    instead: "if (mastership.epoch > 0) this.#owner.readOn();",
    foundBy: {
      file: `${tests}/lease.test.ts`,
      test: "P1: a master whom nobody asks anything steps down past its end, at its next look",
    },
  },
  {
    name: "no compaction lag",
    file: "runtime/changelog/compaction.ts",
    code: "this.#now - state.historyMs);",
    instead: "this.#now + state.historyMs);",
    foundBy: { file: "test/contract/changelog.test.ts", test: "changes nothing that is younger than the history" },
  },
  {
    name: "no fence: Kafka, a producer epoch without its marker",
    file: `${kafka}/fence.ts`,
    code: "await coordinated(work, addPartitionsToTxn({ ...transaction, topics, partition }), firstFault);",
    instead: `if (topics.length > 0) {
    const now = topics.map((topic) => reader.offset({ topic, partition }, latestTime, deadline, signal));
    const stands = await Promise.all(now);
    return { producer, ends: new Map(topics.map((topic, index) => [topic, stands[index] ?? 0n])) };
  }`,
    foundBy: {
      file: kafkaContract,
      test: "P1: from a later epoch's fence on, earlier epochs' appends are fenced and not there",
    },
  },
  {
    name: "unknown treated as failed: Kafka's codes",
    file: `${kafka}/append-verdict.ts`,
    code: '?? "unknown";',
    instead: '?? "refused";',
    foundBy: {
      file: "test/unit/runtime/changelog/kafka/append-verdict.test.ts",
      test: "is unknown where the leader may have appended it",
    },
  },
  {
    name: "next offset taken from records",
    file: `${kafka}/batch-walk.ts`,
    code: "if (batch.lastOffset >= nextOffset) nextOffset = batch.lastOffset + 1n;",
    instead: "nextOffset = ([...new WalkedRecords(request, batches)].at(-1)?.offset ?? fromOffset - 1n) + 1n;",
    foundBy: {
      file: "test/unit/runtime/changelog/kafka/batch-walk.test.ts",
      test: "P7: without records, of control and of given-up transactions move the reader on",
    },
  },
  {
    name: "no compaction lag: Kafka",
    file: `${kafka}/topic-settings.ts`,
    code: '{ name: "min.compaction.lag.ms", value: String(spec.historyMs) },',
    instead: "",
    foundBy: {
      file: "test/integration/kafka/topics.test.ts",
      test: "P3: are made with the settings that the promises need",
    },
  },
];
