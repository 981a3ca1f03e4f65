/** Is told which handler runs, so that one that blocks the event loop can be named from another thread. */

export interface HandlerWatch {
  /** A handler of this partition is called. `message` is its place in the plan. */
  started(message: number, serializedKey: Uint8Array): void;
  /** It has returned or is not waited for any more. */
  ended(): void;
}

export const noHandlerWatch: HandlerWatch = { started() {}, ended() {} };
