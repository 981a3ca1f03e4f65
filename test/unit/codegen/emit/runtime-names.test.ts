import { expect, it } from "vitest";
import { schemaDoorNames } from "../../../../codegen/emit/runtime-names.js";
import * as schemaDoor from "../../../../runtime/doors/schema.js";

it("the door affinity-data/schema exports every value that generated code calls", () => {
  expect(schemaDoorNames.filter((name) => !(name in schemaDoor))).toEqual([]);
});
