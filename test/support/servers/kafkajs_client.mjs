// The schema registry client of the kafkajs project against a registry: prints one JSON object a line. Arguments: the folder
// where it is installed, the base URL, a prefix for subjects.
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder = "", url = "", prefix = ""] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const { SchemaRegistry, SchemaType } = require("@kafkajs/confluent-schema-registry");

const check = (name, holds, found) => console.log(JSON.stringify({ check: name, holds, found: String(found) }));
const registry = new SchemaRegistry({ host: url });
const field = (name, type, more = {}) => ({ name, type, ...more });
const account = JSON.stringify({
  type: "record",
  name: "Account",
  namespace: "bank",
  fields: [field("id", "string"), field("count", "int")],
});
const owned = JSON.stringify({
  type: "record",
  name: "Account",
  namespace: "bank",
  fields: [field("id", "string"), field("count", "int"), field("owner", "string")],
});
const subject = `${prefix}kafkajs-value`;

const { id } = await registry.register({ type: SchemaType.AVRO, schema: account }, { subject });
check("kafkajs: register", Number.isInteger(id), id);
const frame = await registry.encode(id, { id: "a", count: 5 });
check(
  "kafkajs: encode and decode",
  JSON.stringify(await registry.decode(frame)) === '{"id":"a","count":5}',
  frame.toString("hex"),
);
check("kafkajs: latest id", (await registry.getLatestSchemaId(subject)) === id);
check(
  "kafkajs: id by schema",
  (await registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema: account })) === id,
);
const refusal = await registry.register({ type: SchemaType.AVRO, schema: owned }, { subject }).catch((error) => error);
check("kafkajs: an incompatible schema is refused", refusal instanceof Error && refusal.status === 409, refusal);
console.log(JSON.stringify({ frame: frame.toString("hex") }));
