// What a careful team would write: fastify, its JSON checked against a schema, better-sqlite3 with one durable commit a
// request (WAL, synchronous=FULL). argv: port, database file
import Database from "better-sqlite3";
import fastify from "fastify";

const database = new Database(process.argv[3]);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("create table if not exists accounts (key text primary key, value text not null) without rowid");
const select = database.prepare("select value from accounts where key = ?").pluck();
const replace = database.prepare(
  "insert into accounts values (?, ?) on conflict (key) do update set value = excluded.value",
);

const account = {
  type: "object",
  required: ["id", "owner", "balance", "status", "tags"],
  additionalProperties: false,
  properties: {
    id: { type: "string" },
    owner: { type: "string" },
    balance: { type: "integer" },
    status: { type: "string", enum: ["OPEN", "FROZEN", "CLOSED"] },
    nickname: { type: ["string", "null"] },
    tags: { type: "array", items: { type: "string" } },
  },
};

const app = fastify();
app.get("/accounts/:key", (request, reply) => {
  const text = select.get(request.params.key);
  if (text === undefined) return reply.code(404).send();
  return reply.type("application/json").send(text);
});
app.put("/accounts/:key", { schema: { body: account } }, (request, reply) => {
  replace.run(request.params.key, JSON.stringify(request.body));
  return reply.code(204).send();
});

await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
console.log("ready");
process.on("SIGTERM", () => app.close().then(() => process.exit(0)));
