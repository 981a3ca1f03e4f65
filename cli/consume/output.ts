/** Standard output for a stream of lines: never faster than it is read, and ended quietly when nobody reads any more. */

/** What of a stream is used. */
export interface LineStream {
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export class LineOutput {
  readonly #stream: LineStream;
  readonly #onEnd: () => void;
  #error: Error | undefined;

  /** @param onEnd Called when nobody reads any more. */
  constructor(stream: LineStream, onEnd: () => void) {
    this.#stream = stream;
    this.#onEnd = onEnd;
    // Without a listener the process would end with a stack.
    stream.on("error", (error) => this.#failed(error));
  }

  /** Resolves when the lines have been taken. @throws what the stream failed with, but for the reader's end. */
  async write(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.write(`${lines.join("\n")}\n`, (error) => {
        if (error) this.#failed(error);
        resolve();
      });
    });
    if (this.#error !== undefined) throw this.#error;
  }

  #failed(error: Error): void {
    if ("code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED")) this.#onEnd();
    else this.#error ??= error;
  }
}
