import { expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";

const deposit = interpretedType(() => ({
  name: "bank.Deposit",
  schema: { type: "record", name: "bank.Deposit", fields: [{ name: "amount", type: "long" }] },
  uses: [],
}));

it("names a member that the record does not have, as it was written", () => {
  expect(() => deposit.fromJson('{ "amout": 1 }')).toThrow(
    'bank.Deposit/amout: found the member "amout", which bank.Deposit does not have; expected amount',
  );
});
