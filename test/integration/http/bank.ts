/** A small project, as the generator would write it: what the tests of this folder serve. */
import type { ServiceDescriptor } from "../../../runtime/protocol/service.js";
import { readArray, readEnum, readMap, writeArray, writeEnum, writeMap } from "../../../runtime/schema/collections.js";
import { entityType, interpretedType } from "../../../runtime/schema/entity-type.js";
import {
  bytesType,
  defineLong,
  defineString,
  doubleType,
  intType,
  longType,
  stringType,
} from "../../../runtime/schema/primitive-types.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import type { AnyType, EntityType, TypeDefinition, TypeSource } from "../../../runtime/schema/type.js";

export type Status = "OPEN" | "CLOSED";
const statuses: readonly Status[] = ["OPEN", "CLOSED"];

export interface Account {
  readonly id: string;
  readonly balance: bigint;
  readonly status: Status;
  readonly nickname: string | null;
  readonly tags: readonly string[];
  readonly limits: { readonly [key: string]: number };
}
export interface AccountInput {
  readonly id: string;
  readonly balance: bigint;
  readonly status?: Status;
  readonly nickname?: string | null;
  readonly tags?: readonly string[];
  readonly limits?: { readonly [key: string]: number };
}
export function defineAccount(): TypeDefinition {
  return {
    name: "bank.Account",
    schema: {
      type: "record",
      name: "bank.Account",
      fields: [
        { name: "id", type: "string" },
        { name: "balance", type: "long" },
        { name: "status", type: { type: "enum", name: "bank.Status", symbols: ["OPEN", "CLOSED"] }, default: "OPEN" },
        { name: "nickname", type: ["null", "string"], default: null },
        { name: "tags", type: { type: "array", items: "string" }, default: [] },
        { name: "limits", type: { type: "map", values: "int" }, default: {} },
      ],
    },
    uses: [],
  };
}
export const Account: EntityType<Account, AccountInput> = entityType({
  define: defineAccount,
  write(out, value) {
    out.string(value.id);
    out.long(value.balance);
    writeEnum(out, value.status ?? "OPEN", statuses);
    if (value.nickname === null || value.nickname === undefined) out.index(0);
    else {
      out.index(1);
      out.string(value.nickname);
    }
    writeArray(out, value.tags ?? [], (to, tag) => to.string(tag));
    writeMap(out, value.limits ?? {}, (to, limit) => to.int(limit));
  },
  read: (input) => ({
    id: input.string(),
    balance: input.long(),
    status: readEnum(input, statuses),
    nickname: input.index(2) === 0 ? null : input.string(),
    tags: readArray(input, (from) => from.string()),
    limits: readMap(input, (from) => from.int()),
  }),
});

export interface Deposit {
  readonly amount: bigint;
}
export function defineDeposit(): TypeDefinition {
  return {
    name: "bank.Deposit",
    schema: { type: "record", name: "bank.Deposit", fields: [{ name: "amount", type: "long" }] },
    uses: [],
  };
}
export const Deposit: EntityType<Deposit> = entityType({
  define: defineDeposit,
  write: (out, value) => out.long(value.amount),
  read: (input) => ({ amount: input.long() }),
});

export interface Question {
  readonly factor: number;
  readonly isRounded: boolean;
  readonly least: bigint;
}
export function defineQuestion(): TypeDefinition {
  return {
    name: "bank.Question",
    schema: {
      type: "record",
      name: "bank.Question",
      fields: [
        { name: "factor", type: "double" },
        { name: "isRounded", type: "boolean", default: false },
        { name: "least", type: "long", default: 0 },
      ],
    },
    uses: [],
  };
}
export const Question: EntityType<Question> = entityType({
  define: defineQuestion,
  write(out, value) {
    out.double(value.factor);
    out.boolean(value.isRounded);
    out.long(value.least);
  },
  read: (input) => ({ factor: input.double(), isRounded: input.boolean(), least: input.long() }),
});

export interface VertexKey {
  readonly ts: bigint;
  readonly id: string;
}
export function defineVertexKey(): TypeDefinition {
  return {
    name: "graph.VertexKey",
    schema: {
      type: "record",
      name: "graph.VertexKey",
      fields: [
        { name: "ts", type: "long" },
        { name: "id", type: "string" },
      ],
    },
    uses: [],
  };
}
export const VertexKey: EntityType<VertexKey> = entityType({
  define: defineVertexKey,
  write(out, value) {
    out.long(value.ts);
    out.string(value.id);
  },
  read: (input) => ({ ts: input.long(), id: input.string() }),
});

/** A key that no path can hold as texts: it is base64url of its Avro binary. */
/** A compound key whose first fields are fixed. */
export interface Place {
  readonly region: Uint8Array;
  readonly zone: Uint8Array;
  readonly id: string;
}
export const definePlace: TypeSource = definedBy(
  JSON.stringify({
    type: "record",
    name: "travel.Place",
    fields: [
      { name: "region", type: { type: "fixed", name: "Region", size: 2 } },
      { name: "zone", type: { type: "fixed", name: "Zone", size: 1 } },
      { name: "id", type: "string" },
    ],
  }),
);
const Place: AnyType = interpretedType(definePlace);

export interface Tour {
  readonly stops: readonly string[];
  readonly year: number | null;
}
export function defineTour(): TypeDefinition {
  return {
    name: "travel.Tour",
    schema: {
      type: "record",
      name: "travel.Tour",
      fields: [
        { name: "stops", type: { type: "array", items: "string" } },
        { name: "year", type: ["null", "int"] },
      ],
    },
    uses: [],
  };
}
export const Tour: EntityType<Tour> = entityType({
  define: defineTour,
  write(out, value) {
    writeArray(out, value.stops, (to, stop) => to.string(stop));
    if (value.year === null) out.index(0);
    else {
      out.index(1);
      out.int(value.year);
    }
  },
  read: (input) => ({
    stops: readArray(input, (from) => from.string()),
    year: input.index(2) === 0 ? null : input.int(),
  }),
});

export { defineLong, defineString };

const all = ["get", "put", "delete", "list", "watch"] as const;

export const service: ServiceDescriptor = {
  name: "bank",
  inputs: "",
  keyspaces: {
    accounts: {
      name: "accounts",
      key: () => stringType,
      keyEncoding: "avro",
      partitions: 4,
      replicas: 1,
      path: "/accounts",
      expose: all,
      stores: {
        accounts: {
          name: "accounts",
          key: () => stringType,
          value: () => Account,
          topic: "bank-accounts",
          keySubject: "bank-accounts-key",
          valueSubject: "bank-accounts-value",
        },
      },
      messages: {
        deposit: {
          name: "deposit",
          access: "write",
          request: () => Deposit,
          reply: () => Account,
          route: { method: "POST", path: "/accounts/{key}/deposit" },
          errors: ["AMOUNT_INVALID"],
          requestSubject: "d-q",
          replySubject: "d-r",
        },
        worth: {
          name: "worth",
          access: "read",
          request: () => Question,
          reply: () => doubleType,
          route: { method: "GET", path: "/worth/{key}" },
          errors: [],
          requestSubject: "w-q",
          replySubject: "w-r",
        },
        touch: {
          name: "touch",
          access: "write",
          route: { method: "POST", path: "/accounts/{key}/touch" },
          errors: [],
          requestSubject: "t-q",
          replySubject: "t-r",
        },
        broken: {
          name: "broken",
          access: "write",
          route: { method: "POST", path: "/accounts/{key}/broken" },
          errors: [],
          requestSubject: "b-q",
          replySubject: "b-r",
        },
        endless: {
          name: "endless",
          access: "write",
          route: { method: "POST", path: "/accounts/{key}/endless" },
          errors: [],
          requestSubject: "e-q",
          replySubject: "e-r",
        },
        hidden: { name: "hidden", access: "write", errors: [], requestSubject: "h-q", replySubject: "h-r" },
      },
    },
    graph: {
      name: "graph",
      key: () => VertexKey,
      keyEncoding: "avro",
      partitions: 2,
      replicas: 1,
      path: "/graph",
      expose: all,
      stores: {
        graph: {
          name: "graph",
          key: () => VertexKey,
          value: () => stringType,
          topic: "bank-graph",
          keySubject: "g-k",
          valueSubject: "g-v",
        },
      },
      messages: {
        degree: {
          name: "degree",
          access: "read",
          reply: () => intType,
          route: { method: "GET", path: "/graph/{key}/degree" },
          errors: [],
          requestSubject: "gd-q",
          replySubject: "gd-r",
        },
      },
    },
    numbers: {
      name: "numbers",
      key: () => longType,
      keyEncoding: "avro",
      partitions: 3,
      replicas: 1,
      path: "/api/v1/numbers",
      expose: ["get", "put", "list"],
      stores: {
        numbers: {
          name: "numbers",
          key: () => longType,
          value: () => longType,
          topic: "bank-numbers",
          keySubject: "n-k",
          valueSubject: "n-v",
        },
      },
      messages: {},
    },
    tours: {
      name: "tours",
      key: () => Tour,
      keyEncoding: "avro",
      partitions: 2,
      replicas: 1,
      path: "/tours",
      expose: all,
      stores: {
        tours: {
          name: "tours",
          key: () => Tour,
          value: () => stringType,
          topic: "bank-tours",
          keySubject: "to-k",
          valueSubject: "to-v",
        },
      },
      messages: {},
    },
    places: {
      name: "places",
      key: () => Place,
      keyEncoding: "avro",
      partitions: 3,
      replicas: 1,
      path: "/places",
      expose: all,
      stores: {
        places: {
          name: "places",
          key: () => Place,
          value: () => stringType,
          topic: "bank-places",
          keySubject: "pl-k",
          valueSubject: "pl-v",
        },
      },
      messages: {},
    },
    blobs: {
      name: "blobs",
      key: () => bytesType,
      keyEncoding: "avro",
      partitions: 1,
      replicas: 1,
      path: "/blobs",
      expose: ["put", "get", "delete"],
      stores: {
        blobs: {
          name: "blobs",
          key: () => bytesType,
          value: () => bytesType,
          topic: "bank-blobs",
          keySubject: "bl-k",
          valueSubject: "bl-v",
        },
      },
      messages: {},
    },
  },
  openapi: () => ({ openapi: "3.1.0", info: { title: "bank", version: "1" } }),
};
