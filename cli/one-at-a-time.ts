/**
 * Makes work repeatable: asked for while it runs, it runs once more afterwards; never two at a time.
 *
 * @returns Settles when nothing is wanted any more; rejects with what the work threw.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const loop = async (): Promise<void> => {
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      running = undefined;
    }
  };
  return () => {
    isWanted = true;
    running ??= loop();
    return running;
  };
}
