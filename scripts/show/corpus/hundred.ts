/** One project with 100 record types of the corpus as values of 100 keyspaces: PUT, GET, kill -9, GET. */
import { Pool } from "undici";
import { SeededRandom } from "../../../runtime/core/random.js";
import { avscJudge } from "../../../test/support/avro/avsc-judge.js";
import { corpusSchemas, readCorpus } from "../../../test/support/avro/corpus.js";
import { avscValue, plainJson } from "../../../test/support/avro/forms.js";
import { parseLossless } from "../../../test/support/avro/lossless-json.js";
import { readShapes, type Types } from "../../../test/support/avro/shape.js";
import type { Value } from "../../../test/support/avro/value.js";
import { ValueMaker } from "../../../test/support/avro/value-maker.js";
import { generate, type TempProject, tempProject } from "../../../test/support/project.js";
import { Server } from "../../../test/support/server.js";
import type { Report } from "../report.js";
import { schemaFileName } from "./workspace.js";

const keyspaceCount = 100;
const rowsOfEach = 5;

interface Keyspace {
  readonly name: string;
  readonly type: string;
  readonly types: Types;
  readonly file: string;
}

interface Row {
  readonly path: string;
  readonly json: string;
  readonly binary: Buffer;
}

export async function hundredKeyspaces(report: Report, seed: number): Promise<void> {
  const { project, keyspaces } = makeProject();
  try {
    generate(project);
    const rows = keyspaces.flatMap((keyspace) => makeRows(keyspace, seed));
    report.count("record types of the corpus as values of keyspaces", keyspaces.length);
    const isWhole = keyspaces.length === keyspaceCount;
    report.check("there are a hundred record types", isWhole, () => `${keyspaces.length}`);
    await putGetKillGet(report, project, rows);
  } finally {
    project.remove();
  }
}

/** Record types of files that need no other, none of a name that another file has too. */
function makeProject(): { readonly project: TempProject; readonly keyspaces: readonly Keyspace[] } {
  const files: Record<string, unknown> = { "affinity.json": { name: "hundred", http: { port: 0 } } };
  const keyspaces: Keyspace[] = [];
  const names = new Set<string>();
  for (const [index, schema] of corpusSchemas().entries()) {
    if (!schema.isValid || schema.needs.length > 0 || schema.avsc === "no" || keyspaces.length >= keyspaceCount)
      continue;
    const text = readCorpus(schema.path);
    const { types } = readShapes([parseLossless(text)]);
    const lower = [...types.keys()].map((name) => name.toLowerCase());
    const records = [...types.values()].filter(({ kind }) => kind === "record");
    const finite = records.filter(({ name }) => new ValueMaker(types, new SeededRandom(1)).isFinite(name));
    if (finite.length === 0 || lower.some((name) => names.has(name))) continue;
    for (const name of lower) names.add(name);
    files[`schemas/${index}/${schemaFileName(schema.path)}`] = text;
    for (const { name: type } of finite.slice(0, 2)) {
      if (keyspaces.length >= keyspaceCount) break;
      const name = `k${keyspaces.length}`;
      files[`keyspaces/${name}.json`] = { keyspace: name, key: "string", value: type, partitions: 2 };
      keyspaces.push({ name, type, types, file: schema.path });
    }
  }
  return { project: tempProject(files), keyspaces };
}

function makeRows({ name, type, types, file }: Keyspace, seed: number): readonly Row[] {
  const maker = new ValueMaker(types, new SeededRandom(seed));
  const judge = avscJudge([JSON.parse(readCorpus(file))], new Set(types.keys()));
  return Array.from({ length: rowsOfEach }, (_, index) => {
    const value: Value = maker.make(type);
    const shape = { kind: "named", name: type } as const;
    const binary = judge.encode(type, avscValue(value, shape, types));
    return { path: `/${name}/row-${index}`, json: plainJson(value, shape, types), binary };
  });
}

async function putGetKillGet(report: Report, project: TempProject, rows: readonly Row[]): Promise<void> {
  const { folder } = project;
  const first = await Server.start({ folder });
  const pool = new Pool(first.url, { connections: 16 });
  const positions = new Map<string, string>();
  const put = async ({ path, json }: Row): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const answer = await pool.request({ method: "PUT", path, headers, body: json });
    const text = await answer.body.text();
    const isCreated = answer.statusCode === 201;
    report.check("PUT into 100 keyspaces", isCreated, () => `${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    positions.set(path, String(answer.headers["affinity-position"]));
    report.count("rows put");
  };
  await Promise.all(rows.map(put));
  await compare(report, first.url, { rows, positions, kind: "GET" });
  await pool.close();
  await first.kill();
  const second = await Server.start({ folder });
  await compare(report, second.url, { rows, positions, kind: "GET after kill -9" });
  const { code } = await second.stop();
  report.check("the server ends in order", code === 0, () => `exit code ${code}: ${second.output.slice(-1000)}`);
}

interface Expected {
  readonly rows: readonly Row[];
  /** Of each row's PUT, by its path. */
  readonly positions: ReadonlyMap<string, string>;
  readonly kind: string;
}

/** Compares the JSON text, the Avro binary behind its frame of five bytes, and the position of the row's only change. */
async function compare(report: Report, url: string, { rows, positions, kind }: Expected): Promise<void> {
  const pool = new Pool(url, { connections: 16 });
  const get = async ({ path, json, binary }: Row): Promise<void> => {
    const plain = await pool.request({ method: "GET", path });
    const text = await plain.body.text();
    report.check(
      `${kind}: JSON as it was put`,
      text.trim() === json,
      () => `${path}: ${text.slice(0, 300)} instead of ${json.slice(0, 300)}`,
    );
    const position = plain.headers["affinity-position"];
    report.check(`${kind}: the position of the put`, position === positions.get(path), () => `${path}: ${position}`);
    const framed = await pool.request({ method: "GET", path, headers: { accept: "avro/binary" } });
    const bytes = Buffer.from(await framed.body.arrayBuffer());
    const isSame = bytes[0] === 0 && bytes.subarray(5).equals(binary);
    report.check(`${kind}: binary as avsc writes it`, isSame, () => `${path}: ${bytes.toString("hex").slice(0, 200)}`);
    report.count(`rows compared, ${kind}`);
  };
  await Promise.all(rows.map(get));
  await pool.close();
}
