/** When work that may wait for the present turn of the event loop is done. */

export interface Turns {
  /** Runs `run` once what the present turn brought in has been handled. */
  after(run: () => void): void;
}

/** After the input of the present turn of Node's event loop. */
export const eventLoopTurns: Turns = { after: (run) => void setImmediate(run) };

/** Resolves after the present turn, so that others run in between. */
export function nextTurn(turns: Turns): Promise<void> {
  return new Promise((resolve) => turns.after(resolve));
}
