import { describe, expect, it } from "vitest";
import { faults, names, parse, places } from "./inline-files.js";

const name = "p.avpr";
const error = { type: "error", name: "Broken", fields: [] };
const message = (more: object) => ({
  protocol: "n.P",
  types: [error],
  messages: { m: { request: [], response: "null", ...more } },
});

describe("protocols", () => {
  it("define the types of their list, in the protocol's namespace", () => {
    const types = [
      { type: "enum", name: "E", symbols: [] },
      { type: "fixed", name: "m.F", size: 1 },
    ];
    expect(names({ protocol: "P", namespace: "n", types }, name)).toEqual(["n.E", "m.F"]);
    expect(names({ protocol: "n.P", namespace: "ignored", types }, name)).toEqual(["n.E", "m.F"]);
    expect(names({ protocol: "P", types }, name)).toEqual(["E", "m.F"]);
  });

  it("share their types with schemas", () => {
    const { model } = parse({ [name]: message({}), "a.avsc": { type: "array", items: "n.Broken" } });
    expect(model?.types.get("n.Broken")).toMatchObject({ isError: true });
  });

  it("define types that stand in a message", () => {
    const request = [{ name: "a", type: { type: "record", name: "R", fields: [] } }];
    expect(names(message({ request, response: "R" }), name)).toEqual(["n.Broken", "n.R"]);
  });

  it("may use in messages what stands later in the file", () => {
    const { messages, ...rest } = message({ errors: ["Broken"] });
    expect(names({ messages, ...rest }, name)).toEqual(["n.Broken"]);
  });

  it("need neither types nor messages", () => {
    expect(names({ protocol: "P" }, name)).toEqual([]);
  });

  it.each([
    ["[]", "1:1 AVRO_PROTOCOL"],
    ["{}", "1:1 AVRO_MISSING"],
    ['{"protocol": 3}', "1:14 AVRO_ATTRIBUTE"],
    ['{"protocol": "1.P"}', "1:14 AVRO_NAMESPACE"],
    ['{"protocol": "P", "namespace": "1"}', "1:32 AVRO_NAMESPACE"],
    ['{"protocol": "P", "types": {}}', "1:28 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "types": ["int"]}', "1:29 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "messages": []}', "1:31 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "messages": {"m": 3}}', "1:37 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "messages": {"m": {"response": "int"}}}', "1:37 AVRO_MISSING"],
    ['{"protocol": "P", "messages": {"m": {"request": []}}}', "1:37 AVRO_MISSING"],
    ['{"protocol": "P", "messages": {"m": {"request": {}, "response": "int"}}}', "1:49 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "messages": {"m": {"request": [{"name": "a"}], "response": "int"}}}', "1:50 AVRO_MISSING"],
    ['{"protocol": "P", "messages": {"m": {"request": [], "response": "X"}}}', "1:65 AVRO_UNKNOWN_TYPE"],
    ['{"protocol": "P", "messages": {"m": {"request": [], "response": "int", "errors": "E"}}}', "1:82 AVRO_ATTRIBUTE"],
    [
      '{"protocol": "P", "messages": {"m": {"request": [], "response": "int", "errors": ["int"]}}}',
      "1:83 AVRO_PROTOCOL",
    ],
    [
      '{"protocol": "P", "messages": {"m": {"request": [], "response": "int", "errors": ["X"]}}}',
      "1:83 AVRO_UNKNOWN_TYPE",
    ],
    ['{"protocol": "P", "messages": {"m": {"request": [], "response": "int", "one-way": 1}}}', "1:83 AVRO_ATTRIBUTE"],
    ['{"protocol": "P", "messages": {"m": {"request": [], "response": "int", "one-way": true}}}', "1:65 AVRO_PROTOCOL"],
    ['{"protocol": "P", "messages": {"m": {"request": [], "one-way": true, "errors": []}}}', "1:80 AVRO_PROTOCOL"],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text, name)).toEqual([place]);
  });

  it("may have one-way messages without a response", () => {
    const { messages, ...rest } = message({});
    expect(names({ ...rest, messages: { m: { request: [], "one-way": true } } }, name)).toEqual(["n.Broken"]);
    expect(messages).toBeDefined();
  });

  it("hold errors to be errors", () => {
    const types = [{ type: "record", name: "R", fields: [] }];
    expect(
      faults({ protocol: "P", types, messages: { m: { request: [], response: "null", errors: ["R"] } } }, name),
    ).toEqual(['the errors of message m hold R, which is no error. Define it with "type": "error".']);
  });
});
