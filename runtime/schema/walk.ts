/** Where an interpreting codec stands in a value, so that a fault can say it. */
import { fault } from "./fault.js";
import { nestingLimit } from "./limits.js";

/** One for each call of a codec. Steps are not taken back when something is thrown: the path then tells where. */
export class Walk {
  readonly #path: (string | number)[] = [];
  #depth = 0;
  /** Whether longs are written as texts. */
  readonly hasTextLongs: boolean;

  constructor(hasTextLongs = false) {
    this.hasTextLongs = hasTextLongs;
  }

  /** Into a member or item. */
  into(step: string | number): void {
    this.#path.push(step);
  }

  out(): void {
    this.#path.pop();
  }

  /** Before each value of a type that holds itself, with `leave` after it. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > nestingLimit) throw fault(`found more than ${nestingLimit} values in each other; expected fewer`);
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** RFC 6901 pointer to where it stands. */
  get pointer(): string {
    return this.#path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  }
}
