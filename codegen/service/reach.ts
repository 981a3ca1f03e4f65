/** What a type reaches through the types that it is made of. */
import type { Schema } from "../schema/model.js";
import type { EntityModel } from "./model.js";

type Body = EntityModel["type"];

/** Full names that a schema refers to in its own text, in order of appearance, each once. */
export function referencesOf(type: Body): readonly string[] {
  return [...new Set(schemasOf(type).flatMap((schema) => namesIn(schema)))];
}

function schemasOf(type: Body): readonly Schema[] {
  if (type.kind === "record") return type.fields.map((field) => field.type);
  return type.kind === "unnamed" ? [type.schema] : [];
}

function namesIn(schema: Schema): readonly string[] {
  switch (schema.kind) {
    case "primitive":
      return [];
    case "reference":
      return [schema.fullName];
    case "array":
      return namesIn(schema.items);
    case "map":
      return namesIn(schema.values);
    case "union":
      return schema.branches.flatMap((branch) => namesIn(branch));
  }
}

/** Graph of types by full name. */
export type TypeGraph = ReadonlyMap<string, readonly string[]>;

/** The names from which one of `goals` is reached, the goals themselves included. */
export function reaching(graph: TypeGraph, goals: Iterable<string>): ReadonlySet<string> {
  const usedBy = new Map<string, string[]>();
  for (const [name, uses] of graph) for (const used of uses) usedBy.set(used, [...(usedBy.get(used) ?? []), name]);
  const reached = new Set(goals);
  for (const name of reached) for (const user of usedBy.get(name) ?? []) reached.add(user);
  return reached;
}

/** The names that reach themselves: those in a circle (Tarjan's strongly connected components, without recursion). */
export function circular(graph: TypeGraph): ReadonlySet<string> {
  const found = new Set<string>();
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    const calls = [{ name: root, next: 0 }];
    while (calls.length > 0) {
      const call = calls[calls.length - 1];
      if (call === undefined) break;
      if (call.next === 0) {
        order.set(call.name, order.size);
        low.set(call.name, order.get(call.name) ?? 0);
        open.push(call.name);
        isOpen.add(call.name);
      }
      const used = graph.get(call.name)?.[call.next];
      call.next += 1;
      if (used !== undefined) {
        if (used === call.name) found.add(used);
        if (!order.has(used)) calls.push({ name: used, next: 0 });
        else if (isOpen.has(used)) lower(low, call.name, order.get(used));
        continue;
      }
      calls.pop();
      const caller = calls[calls.length - 1];
      if (caller !== undefined) lower(low, caller.name, low.get(call.name));
      if (low.get(call.name) === order.get(call.name)) close(call.name, open, isOpen, found);
    }
  }
  return found;
}

function lower(low: Map<string, number>, name: string, candidate: number | undefined): void {
  if (candidate !== undefined) low.set(name, Math.min(low.get(name) ?? candidate, candidate));
}

/** Takes a component off the stack; one of several types is a circle. */
function close(root: string, open: string[], isOpen: Set<string>, found: Set<string>): void {
  const component = open.splice(open.lastIndexOf(root));
  for (const name of component) {
    isOpen.delete(name);
    if (component.length > 1) found.add(name);
  }
}
