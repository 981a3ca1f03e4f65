import type { DeleteHandler } from "../generated/index.js";

/** Answers the messages of keyspace delete. */
const deleteHandler: DeleteHandler = {
  async constructor(_context, _key) {
    throw new Error("delete.constructor is not written yet");
  },
  async new(_context, _key) {
    throw new Error("delete.new is not written yet");
  },
};

export { deleteHandler as delete };
