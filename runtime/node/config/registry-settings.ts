/** Settings of `registry`: where schema ids come from, and how a registry elsewhere is reached. */
import { compatibilityLevels } from "../../schema/compatibility.js";
import { choice, flag, integer, text } from "./setting.js";

export const registrySettings = {
  registryType: text("registry.type", {
    type: '"embedded", "memory", "confluent", "zookeeper", or the path or package of your own adapter',
    default: "embedded",
    text: "Where schema ids come from. `memory` forgets them at the end and so goes with a changelog in memory only; `confluent` speaks the REST interface of Confluent's Schema Registry.",
  }),
  registryAutoRegister: flag("registry.autoRegister", {
    default: true,
    text: "Whether a start registers schemas that are new. With `false` it only looks them up, and a missing one ends it with what to register: for those who register in their pipeline, with `affinity registry register`.",
  }),
  registryServe: flag("registry.serve", {
    default: false,
    only: ["embedded", "memory", "zookeeper"],
    text: "Whether the node serves its registry at `/_affinity/registry`, as Confluent's REST interface.",
  }),
  registryCompatibility: choice("registry.compatibility", compatibilityLevels, {
    default: "BACKWARD",
    only: ["embedded", "memory", "zookeeper"],
    text: "What a new version of a subject must be to earlier ones, where neither the subject nor the registry has a level of its own.",
  }),
  registryUrl: text("registry.url", {
    type: "URL, or several separated by commas",
    pattern: /^https?:\/\/[^\s,]+(?:,\s*https?:\/\/[^\s,]+)*$/,
    default: "http://127.0.0.1:8081",
    only: ["confluent"],
    text: "Where the registry is reached. Several servers of one registry are tried one after another. Name and password stand in `registry.auth`, never here.",
  }),
  registryConnect: text("registry.connect", {
    type: "ZooKeeper's servers as `host:port,host:port/path`",
    pattern: /^[^\s,/]+(?:,[^\s,/]+)*(?:\/[^\s]*[^\s/])?$/,
    default: "127.0.0.1:2181",
    only: ["zookeeper"],
    text: "Where ZooKeeper is reached, and under which path the registry stands: `/affinity/registry` where none is given.",
  }),
  registrySessionTimeoutMs: integer("registry.sessionTimeoutMs", {
    min: 1_000,
    max: 600_000,
    default: 10_000,
    only: ["zookeeper"],
    text: "Session of ZooKeeper, in milliseconds.",
  }),
  registryTimeoutMs: integer("registry.timeoutMs", {
    min: 100,
    max: 600_000,
    default: 10_000,
    only: ["confluent", "zookeeper"],
    text: "Time in which the registry answers one request, in milliseconds; above it another server is tried.",
  }),
  registryRetries: integer("registry.retries", {
    min: 0,
    max: 100,
    default: 3,
    only: ["confluent"],
    text: "How often all servers are tried again before the registry counts as REGISTRY_UNAVAILABLE, with growing pauses of at most two seconds.",
  }),
  registryCacheMb: integer("registry.cacheMb", {
    min: 1,
    max: 1_024,
    default: 16,
    only: ["confluent"],
    text: "Memory for schemas that were asked for, in MiB. As much is kept in the data folder, so that a node whose schemas are registered starts while the registry is away.",
  }),
  registryCa: text("registry.ca", {
    type: "path of a PEM file",
    default: "",
    isOptional: true,
    only: ["confluent"],
    text: "Certificates of the authorities that the registry's certificate may come from, instead of those that Node.js knows.",
  }),
  registryAuthType: choice("registry.auth.type", ["none", "basic", "bearer"], {
    default: "none",
    text: "How the node shows the registry who it is. With `registry.type` confluent.",
  }),
  registryAuthUser: text("registry.auth.user", {
    default: "",
    isOptional: true,
    only: ["basic"],
    text: "Name of the user.",
  }),
  registryAuthPassword: text("registry.auth.password", {
    default: "",
    isOptional: true,
    isSecret: true,
    only: ["basic"],
    text: "The user's password. Best from the environment.",
  }),
  registryAuthToken: text("registry.auth.token", {
    default: "",
    isOptional: true,
    isSecret: true,
    only: ["bearer"],
    text: "The token. Best from the environment.",
  }),
} as const;
