/** What a check found. */
export interface Health {
  /** Its subject, in a word or two. */
  readonly check: string;
  readonly state: "ok" | "warning" | "fault";
  /** What was seen. */
  readonly seen: string;
  /** What to do; absent where nothing is. */
  readonly cure?: string;
}

export function ok(check: string, seen: string): Health {
  return { check, state: "ok", seen };
}

export function warning(check: string, seen: string, cure: string): Health {
  return { check, state: "warning", seen, cure };
}

export function fault(check: string, seen: string, cure: string): Health {
  return { check, state: "fault", seen, cure };
}
