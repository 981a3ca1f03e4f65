/**
 * Faults of node-zookeeper-client 1.1.3 that end the process or mislead it, mended from outside: each throws where nobody can
 * catch it. It keeps what is needed for that in objects of its own, which it gives no types for.
 */
import zookeeper from "node-zookeeper-client";

type Client = ReturnType<typeof zookeeper.createClient>;

/** Bytes of one answer that are waited for: what a server takes and gives by default (`jute.maxbuffer`), ten times. */
const maxFrameBytes = 10 * 1_048_576;

let isAnswering = false;

/**
 * Makes an error of every code. The client throws in its data handler when a server answers with a code that it does not
 * know, as servers since 3.5 do (quotas, SASL); it asks this function of its own for errors.
 */
export function answerUnknownCodes(): void {
  if (isAnswering) return;
  isAnswering = true;
  const { Exception } = zookeeper;
  const known = functionIn(Exception, "create");
  if (known === undefined) return;
  Reflect.set(Exception, "create", (code: number, path?: string): Error => {
    try {
      return Reflect.apply(known, Exception, [code, path]);
    } catch {
      return Object.assign(new Error(`ZooKeeper answered with code ${code}`), { code });
    }
  });
}

/**
 * Reads each connection from its first byte, and ends one that says what cannot be read. The client keeps the beginning of a
 * frame over the end of its connection, so that what the next one answers is misread, and throws over an answer that is
 * shorter than it should be. Call it before `connect`; `isOver` is told when the client, which may have lost a call by then, is
 * of no more use.
 */
export function guardFrames(client: Client, isOver: () => void): void {
  const manager = managerOf(client);
  if (manager === undefined) return;
  const onData = functionIn(manager, "onSocketData");
  const onClosed = functionIn(manager, "onSocketClosed");
  if (onData === undefined || onClosed === undefined) return;
  Reflect.set(manager, "onSocketData", (bytes: Buffer): void => {
    try {
      Reflect.apply(onData, manager, [bytes]);
      const pending: unknown = Reflect.get(manager, "pendingBuffer");
      if (!(pending instanceof Buffer) || pending.length < 4) return;
      const size = pending.readInt32BE(0);
      if (size < 0 || size > maxFrameBytes) isOver();
    } catch {
      isOver();
    }
  });
  Reflect.set(manager, "onSocketClosed", (hasError: boolean): void => {
    Reflect.set(manager, "pendingBuffer", null);
    Reflect.apply(onClosed, manager, [hasError]);
  });
}

/** Ends the client's connection at once. What waits on it is answered with its loss, and a client not closed connects anew. */
export function destroySocket(client: Client): void {
  const manager = managerOf(client);
  const socket: unknown = manager === undefined ? undefined : Reflect.get(manager, "socket");
  if (typeof socket !== "object" || socket === null) return;
  const destroy = functionIn(socket, "destroy");
  if (destroy !== undefined) Reflect.apply(destroy, socket, []);
}

function managerOf(client: Client): object | undefined {
  const manager: unknown = Reflect.get(client, "connectionManager");
  return typeof manager === "object" && manager !== null ? manager : undefined;
}

function functionIn(owner: object, name: string): ((...values: never) => unknown) | undefined {
  const value: unknown = Reflect.get(owner, name);
  return typeof value === "function" ? value.bind(owner) : undefined;
}
