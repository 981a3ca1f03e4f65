/** A topic for each kind of key, what is written to it by whom, and what others are asked to do with it. */
import { join } from "node:path";
import type { AnyType } from "../../../runtime/schema/type.js";
import type { Chance } from "../../../test/support/chance.js";
import type { SharingJob } from "../../../test/support/servers/kafka-sharing.js";
import { type KeyKind, keyKinds, namedSchemas } from "./key-types.js";
import { completeSchema, keysOf, type Row, rowSchema, rowsFor, typeOf, writeRows } from "./rows.js";

export type Stranger = "Python" | "Java";

/** A kind of key, and what stands in its topic at the end. */
export interface Shared {
  readonly kind: KeyKind;
  readonly topic: string;
  readonly type: AnyType;
  /** In Avro's JSON encoding. */
  readonly keys: readonly string[];
  /** All keys; empty where they write such keys in another way. */
  readonly by: { readonly [who in Stranger]: readonly Row[] };
  /** Every other key, over what the others wrote. */
  readonly ours: readonly Row[];
}

export const sharedPartitions = 7;

export function sharedOf(keyCount: number, chance: Chance): readonly Shared[] {
  return keyKinds.map((kind) => {
    const keys = keysOf(kind, keyCount, chance);
    const rows = (who: Stranger): readonly Row[] => (kind.differs[who] === undefined ? rowsFor(keys, who, chance) : []);
    const half = keys.filter((_, index) => index % 2 === 0);
    return {
      kind,
      topic: `share-${kind.name}`,
      type: typeOf(completeSchema(kind.type)),
      keys,
      by: { Python: rows("Python"), Java: rows("Java") },
      ours: rowsFor(half, "affinity", chance),
    };
  });
}

/** Every record of a topic. */
export function allRows({ by, ours }: Shared): readonly Row[] {
  return [...by.Python, ...by.Java, ...ours];
}

/** The files of a project with a keyspace for each kind. */
export function sharedProject(brokers: readonly string[], registry: string): { readonly [path: string]: unknown } {
  const schemas = Object.entries(namedSchemas).map(([name, schema]) => [`schemas/${name}.avsc`, schema] as const);
  const keyspaces = keyKinds.map(({ name, type, encoding }) => {
    const keyspace = { keyspace: name, key: type, value: "share.Row", partitions: sharedPartitions };
    return [`keyspaces/${name}.json`, { ...keyspace, keyEncoding: encoding }] as const;
  });
  return {
    "affinity.json": {
      name: "share",
      http: { port: 0 },
      registry: { type: "confluent", url: registry },
      changelog: { type: "kafka", brokers, replication: 1, minInsyncReplicas: 1 },
    },
    ...Object.fromEntries([...schemas, ...keyspaces]),
  };
}

/** What a stranger writes, its files filled. */
export function writingJobs(shared: readonly Shared[], folder: string, who: Stranger): readonly SharingJob[] {
  return ofStranger(shared, who).map((one) => {
    const file = join(folder, `${who}-${one.kind.name}.tsv`);
    writeRows(file, one.by[who]);
    return jobOf(one, file);
  });
}

/** What a stranger reads, into files to come. */
export function readingJobs(shared: readonly Shared[], folder: string, who: Stranger): readonly SharingJob[] {
  return ofStranger(shared, who).map((one) => jobOf(one, join(folder, `read-by-${who}-${one.kind.name}.tsv`)));
}

/** The topics whose keys are alike for a stranger and us. */
export function ofStranger(shared: readonly Shared[], who: Stranger): readonly Shared[] {
  return shared.filter(({ kind }) => kind.differs[who] === undefined);
}

function jobOf({ kind, topic }: Shared, file: string): SharingJob {
  const keySchema = kind.encoding === "utf8" ? null : JSON.stringify(completeSchema(kind.type));
  return { topic, keySchema, valueSchema: JSON.stringify(rowSchema), file };
}
