import type { GraphHandler } from "../generated/index.js";

/** Answers the messages of keyspace graph. */
export const graph: GraphHandler = {
  async connect(_context, _key, _request) {
    throw new Error("graph.connect is not written yet");
  },
  async degree(_context, _key, _request) {
    throw new Error("graph.degree is not written yet");
  },
  async touch(_context, _key) {
    throw new Error("graph.touch is not written yet");
  },
  async compact(_context, _key, _request) {
    throw new Error("graph.compact is not written yet");
  },
};
