/** The process that started this one over an IPC channel (`affinity dev`, scripts/start.mjs), where there is one. */
import { isAffinityError, messageOf } from "../../runtime/core/errors.js";

/** What a served project tells whoever started it. */
export type ServeEvent =
  | { readonly event: "ready"; readonly url: string }
  | { readonly event: "failed"; readonly code: string; readonly text: string };

export class Parent {
  tell(event: ServeEvent): void {
    if (process.connected) process.send?.(event);
  }

  tellFailure(error: unknown): void {
    const code = isAffinityError(error) ? error.code : "INTERNAL";
    this.tell({ event: "failed", code, text: messageOf(error) });
  }

  /** Calls back when the parent ends, however it ends; a child never outlives it. */
  onGone(run: () => void): void {
    if (process.send !== undefined) process.once("disconnect", run);
  }
}

/** A message from a child, checked. */
export function isServeEvent(message: unknown): message is ServeEvent {
  return (
    typeof message === "object" &&
    message !== null &&
    "event" in message &&
    (message.event === "ready" || message.event === "failed")
  );
}
