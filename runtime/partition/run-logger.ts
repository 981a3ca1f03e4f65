/** A logger that adds facts to each line. */
import type { Logger } from "../core/logger.js";

export class RunLogger implements Logger {
  readonly #logger: Logger;
  readonly #facts: object;

  constructor(logger: Logger, facts: object) {
    this.#logger = logger;
    this.#facts = facts;
  }

  debug(facts: object, text: string): void {
    this.#logger.debug({ ...facts, ...this.#facts }, text);
  }

  info(facts: object, text: string): void {
    this.#logger.info({ ...facts, ...this.#facts }, text);
  }

  warn(facts: object, text: string): void {
    this.#logger.warn({ ...facts, ...this.#facts }, text);
  }

  error(facts: object, text: string): void {
    this.#logger.error({ ...facts, ...this.#facts }, text);
  }
}
