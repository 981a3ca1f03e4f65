/** `affinity generate` for 1, 50 and 500 schemas, cold and with nothing changed, as users run it: a process each. */
import { type TempProject, tempProject } from "../test/support/project.js";
import { atMost, median, type Row } from "./rows.js";

const sizes = [1, 50, 500] as const;
const goals = { cold: { value: 3, unit: "s" }, unchanged: { value: 1, unit: "s" } };

export function generateRows(rounds: number): readonly Row[] {
  return sizes.flatMap((size) => {
    const project = tempProject(schemas(size));
    try {
      const cold = Array.from({ length: rounds }, () => timed(project, () => project.clear("src")));
      const unchanged = Array.from({ length: rounds }, () => timed(project, () => {}));
      return [
        row(`${size} schemas: generate cold`, goals.cold, cold, size),
        row(`${size} schemas: generate again, nothing changed`, goals.unchanged, unchanged, size),
      ];
    } finally {
      project.remove();
    }
  });
}

function row(measure: string, goal: { value: number; unit: string }, seconds: readonly number[], size: number): Row {
  const made = atMost(measure, goal, median(seconds), { seconds: seconds.map((time) => Number(time.toFixed(3))) });
  // The goals speak of 500.
  return size === 500 ? made : { ...made, goal: "", isMet: undefined };
}

function timed(project: TempProject, before: () => void): number {
  before();
  const start = performance.now();
  const run = project.affinity(["generate"]);
  if (run.code !== 0) throw new Error(run.stderr);
  return (performance.now() - start) / 1000;
}

/** Records of ten fields, each with an enum, a nested record and a reference to the one before it; a keyspace for every tenth. */
function schemas(count: number): Record<string, unknown> {
  const files: Record<string, unknown> = { "affinity.json": { name: "many" } };
  for (let index = 0; index < count; index += 1) {
    const before = index === 0 ? "string" : `many.n${Math.floor((index - 1) / 20)}.Record${index - 1}`;
    files[`schemas/n${Math.floor(index / 20)}/record-${index}.avsc`] = {
      type: "record",
      name: `Record${index}`,
      namespace: `many.n${Math.floor(index / 20)}`,
      doc: `Record number ${index}.`,
      fields: [
        { name: "id", type: "string" },
        { name: "created", type: { type: "long", logicalType: "timestamp-millis" } },
        { name: "amount", type: "long", default: 0 },
        { name: "ratio", type: "double", default: 0.5 },
        { name: "status", type: { type: "enum", name: `Status${index}`, symbols: ["OPEN", "SHUT", "LOST"] } },
        { name: "nickname", type: ["null", "string"], default: null },
        { name: "tags", type: { type: "array", items: "string" }, default: [] },
        { name: "limits", type: { type: "map", values: "int" } },
        {
          name: "part",
          type: {
            type: "record",
            name: `Part${index}`,
            fields: [
              { name: "x", type: "int" },
              { name: "y", type: "bytes" },
            ],
          },
        },
        { name: "before", type: ["null", before], default: null },
      ],
    };
    if (index % 10 === 0) {
      files[`keyspaces/k${index}.json`] = {
        keyspace: `k${index}`,
        key: "string",
        value: `many.n${Math.floor(index / 20)}.Record${index}`,
      };
    }
  }
  return files;
}
