/** Faults as users see them: with the type's name and a pointer to the place. */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { TypeSource } from "./type.js";
import { definitionOf } from "./type-node.js";
import { Walk } from "./walk.js";

/** Runs an interpreting codec; what it throws gets name and pointer. */
export function placed<T>(define: TypeSource, run: (walk: Walk) => T, walk = new Walk()): T {
  try {
    return run(walk);
  } catch (error) {
    throw withPlace(error, definitionOf(define).name, walk.pointer);
  }
}

/** The error with its subject in front. */
export function withPlace(error: unknown, name: string, pointer: string): AffinityError {
  const detail = isAffinityError(error) ? error.detail : messageOf(error);
  return new AffinityError("VALUE_INVALID", `${name}${pointer}: ${detail}`, { pointer, cause: error });
}
