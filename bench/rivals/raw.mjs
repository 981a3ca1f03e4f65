// The bare minimum: node:http and a Map. Nothing is durable, checked or parsed; a GET sends the text that a PUT brought.
// argv: port
import { createServer } from "node:http";

const rows = new Map();

const server = createServer((request, response) => {
  const key = decodeURIComponent(request.url.slice("/accounts/".length));
  if (request.method === "GET") {
    const text = rows.get(key);
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(text);
    return;
  }
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    rows.set(key, body);
    response.writeHead(204);
    response.end();
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
