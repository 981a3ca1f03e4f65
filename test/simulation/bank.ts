/** The keyspace of the simulation: balances that deposits add to, registers that are swapped, a ledger beside them. */
import type { HandlerContext, StoreOf } from "../../runtime/partition/context.js";
import type { KeyspaceDescriptor, MessageDescriptor, StoreDescriptor } from "../../runtime/protocol/service.js";
import { frame, unframe } from "../../runtime/schema/framing.js";
import { intType, stringType } from "../../runtime/schema/primitive-types.js";
import type { AnyType } from "../../runtime/schema/type.js";
import type { KeyspaceSchemaIds } from "../../runtime/state/access.js";

export const topics = ["s-bank", "s-ledger"] as const;

function store(name: string, topic: string, key: () => AnyType): StoreDescriptor {
  return { name, key, value: () => intType, topic, keySubject: "k", valueSubject: "v" };
}

function message(name: string, access: "read" | "write", hasRequest: boolean): MessageDescriptor {
  return {
    name,
    access,
    ...(hasRequest ? { request: () => stringType } : {}),
    reply: () => intType,
    errors: ["NO"],
    requestSubject: "q",
    replySubject: "r",
  };
}

export function bank(partitions: number): KeyspaceDescriptor {
  return {
    name: "bank",
    key: () => stringType,
    keyEncoding: "avro",
    partitions,
    replicas: 1,
    path: "/bank",
    expose: ["get", "put", "delete", "list"],
    // The ledger's keys are of a type of their own, so that its rows live in the partition of the account.
    stores: { bank: store("bank", topics[0], () => stringType), ledger: store("ledger", topics[1], () => intType) },
    messages: {
      deposit: message("deposit", "write", true),
      swap: message("swap", "write", true),
      look: message("look", "read", false),
    },
  };
}

export const schemaIds: KeyspaceSchemaIds = {
  key: 1,
  storeKeys: { ledger: 3 },
  stores: { bank: 2, ledger: 2 },
  messages: {},
};

export const framedCount = (count: number): Uint8Array => frame(2, intType.encode(count));
export const countIn = (framed: Uint8Array): number => intType.decode(unframe(framed).payload);

type Context = HandlerContext<
  { readonly bank: StoreOf<string, number>; readonly ledger: StoreOf<number, number> },
  "NO"
>;

/** @param pause Waits in the middle of a handler. */
export function bankHandler(pause: () => Promise<void>) {
  return {
    /** Request `<id>:<amount>`: adds it to the balance, and counts the id in the ledger. */
    async deposit({ stores, reject }: Context, account: string, request: string): Promise<number> {
      const [id = 0, amount = 0] = request.split(":").map(Number);
      if (amount < 0) reject("NO");
      const balance = ((await stores.bank.get(account)) ?? 0) + amount;
      await stores.ledger.put(id, ((await stores.ledger.get(id)) ?? 0) + 1);
      await pause();
      await stores.bank.put(account, balance);
      return balance;
    },
    /** Puts the request's number and answers the one before it; 0 stands for no row. */
    async swap({ stores }: Context, register: string, request: string): Promise<number> {
      const before = (await stores.bank.get(register)) ?? 0;
      await pause();
      await stores.bank.put(register, Number(request));
      return before;
    },
    async look({ stores }: Context, key: string): Promise<number> {
      return (await stores.bank.get(key)) ?? 0;
    },
  };
}
