/**
 * Values from plain JSON as `JSON.parse` gives it, for clients: longs stand as text there, since numbers beyond 2^53 are
 * already rounded. `json-reader.ts` does the same from text.
 */
import { isObject, mismatch } from "./fault.js";
import { plainScalar } from "./plain-scalar.js";
import { RecordShape } from "./record-shape.js";
import { isRecursive, type RecordNode, type TypeNode, type UnionNode } from "./type-node.js";
import { tagIn } from "./union-tag.js";
import type { Walk } from "./walk.js";

type Take = (json: unknown, walk: Walk) => unknown;

const takes = /*@__PURE__*/ new WeakMap<TypeNode, Take>();

/** The reader of a type. */
export function valueReader(node: TypeNode): Take {
  let take = takes.get(node);
  if (take === undefined) {
    take = node.kind === "record" ? recordReader(node) : unnamedReader(node);
    takes.set(node, take);
  }
  return take;
}

function recordReader(node: RecordNode): Take {
  const shape = new RecordShape(node);
  const fields: Take[] = [];
  const nests = isRecursive(node);
  const take: Take = (json, walk) => {
    if (!isObject(json)) throw mismatch(`a record ${node.name} (an object)`, json);
    if (nests) walk.enter();
    const values: unknown[] = [];
    for (const name of Object.keys(json)) {
      walk.into(name);
      const place = shape.placeOf(name);
      values[place] = fields[place]?.(json[name], walk);
      walk.out();
    }
    if (nests) walk.leave();
    return shape.build(values, walk);
  };
  // Known before its fields are, since they may lead back to it.
  takes.set(node, take);
  for (const field of node.fields) fields.push(valueReader(field.type));
  return take;
}

function unnamedReader(node: Exclude<TypeNode, RecordNode>): Take {
  switch (node.kind) {
    case "array": {
      const take = valueReader(node.items);
      return (json, walk) => {
        if (!Array.isArray(json)) throw mismatch("an array", json);
        return json.map((item: unknown, index) => inside(index, walk, () => take(item, walk)));
      };
    }
    case "map": {
      const take = valueReader(node.values);
      return (json, walk) => {
        if (!isObject(json)) throw mismatch("a map (an object)", json);
        const map = Object.create(null);
        for (const key of Object.keys(json)) map[key] = inside(key, walk, () => take(json[key], walk));
        return map;
      };
    }
    case "union":
      return unionReader(node);
    default: {
      const scalar = plainScalar(node);
      return (json) => scalar.take(json);
    }
  }
}

function unionReader(node: UnionNode): Take {
  const branches = node.branches.map(valueReader);
  const bareIndex = node.branches.findIndex((branch) => branch.kind !== "null");
  return (json, walk) => {
    if (json === null && node.tags.includes("null")) return null;
    const index = node.isTagged ? tagIn(node, json) : bareIndex;
    const take = branches[index];
    const tag = node.tags[index];
    if (take === undefined || tag === undefined) throw mismatch("null", json);
    return node.isTagged ? { [tag]: inside(tag, walk, () => take(Object(json)[tag], walk)) } : take(json, walk);
  };
}

function inside<T>(step: string | number, walk: Walk, run: () => T): T {
  walk.into(step);
  const result = run();
  walk.out();
  return result;
}
