/** A connection to ZooKeeper lives on whatever its server says; the server here speaks the first words of the protocol. */
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { ZookeeperConnection } from "../../../../runtime/registry/zookeeper-connection.js";

let server: Server | undefined;
let connection: ZookeeperConnection | undefined;
const sockets = new Set<Socket>();

afterEach(async () => {
  connection?.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

/** A frame with its length before it. */
function frame(body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length);
  return Buffer.concat([head, body]);
}

function connected(): Buffer {
  const body = Buffer.alloc(37);
  body.writeInt32BE(4_000, 4);
  body.writeInt32BE(16, 16);
  return frame(body);
}

/** The answer to a request that asks for data: `text`, and a node's figures. */
function dataAnswer(xid: number, text: string): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32BE(xid);
  const length = Buffer.alloc(4);
  length.writeInt32BE(text.length);
  return frame(Buffer.concat([header, length, Buffer.from(text), Buffer.alloc(68)]));
}

/** Starts a server that is asked what to say to each request; the first one of a connection is the hand-shake. */
async function serverThat(answer: (socket: Socket, place: { connection: number; xid: number | "hello" }) => void) {
  let connections = 0;
  server = createServer((socket) => {
    const number = connections++;
    sockets.add(socket);
    let isGreeted = false;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readInt32BE(at)) {
        answer(socket, { connection: number, xid: isGreeted ? bytes.readInt32BE(at + 4) : "hello" });
        isGreeted = true;
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  connection = new ZookeeperConnection({
    servers: `127.0.0.1:${port}`,
    sessionTimeoutMs: 4_000,
    timeoutMs: 10_000,
    clock: systemClock,
  });
  return connection;
}

/** Asks again for as long as the connection is lost under way. */
async function dataOf(from: ZookeeperConnection): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await from.getData("/a")).toString("utf8");
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

describe("a connection to ZooKeeper", () => {
  it("P17: reads the next connection from its first byte when one was cut in the middle of a frame", async () => {
    const client = await serverThat((socket, { connection: number, xid }) => {
      if (xid === "hello") socket.write(connected());
      else if (number === 0) socket.end(dataAnswer(xid, "").subarray(0, 10));
      else socket.write(dataAnswer(xid, "whole"));
    });
    expect(await dataOf(client)).toBe("whole");
  });

  it("P17: outlives the answer to a hand-shake that is too short", async () => {
    const client = await serverThat((socket, { connection: number, xid }) => {
      if (xid === "hello") socket.write(number === 0 ? frame(Buffer.alloc(16)) : connected());
      else socket.write(dataAnswer(xid, "whole"));
    });
    expect(await dataOf(client)).toBe("whole");
  });

  it.each([
    ["too short", (xid: number) => dataAnswer(xid, "cut").subarray(0, 20)],
    ["of a length below 0", () => Buffer.from("ffffff00", "hex")],
    ["of a length that nobody sends", () => Buffer.from("7fffffff00000000", "hex")],
  ])("P17: outlives an answer %s", async (_, words) => {
    const client = await serverThat((socket, { connection: number, xid }) => {
      if (xid === "hello") socket.write(connected());
      else if (number === 0) {
        const said = Buffer.from(words(xid));
        if (said.length === 20) said.writeInt32BE(16);
        socket.write(said);
      } else socket.write(dataAnswer(xid, "whole"));
    });
    expect(await dataOf(client)).toBe("whole");
  });
});
