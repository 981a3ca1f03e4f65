/** Records put together from members that come in any order, some of them missing. */
import { fieldDefault } from "./default-value.js";
import { fault, quoted, symbolList } from "./fault.js";
import { setMember } from "./member.js";
import type { RecordNode } from "./type-node.js";
import type { Walk } from "./walk.js";

export class RecordShape {
  readonly #node: RecordNode;
  readonly #places: ReadonlyMap<string, number>;

  constructor(node: RecordNode) {
    this.#node = node;
    this.#places = new Map(node.fields.map((field, index) => [field.name, index]));
  }

  /** Index of the field that a member is of. @throws VALUE_INVALID for a member that the record does not have. */
  placeOf(name: string): number {
    const place = this.#places.get(name);
    if (place === undefined) {
      const names = this.#node.fields.map((field) => field.name);
      throw fault(
        `found the member ${quoted(name)}, which ${this.#node.name} does not have; expected ${symbolList(names)}`,
      );
    }
    return place;
  }

  /** The record of values by field; an absent one gets its default. */
  build(values: readonly unknown[], walk: Walk): object {
    const record = {};
    let place = 0;
    for (const field of this.#node.fields) {
      let value = values[place];
      place += 1;
      if (value === undefined) {
        walk.into(field.name);
        value = fieldDefault(field);
        walk.out();
      }
      setMember(record, field.name, value);
    }
    return record;
  }
}
