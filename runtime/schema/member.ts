/** Objects whose members come from outside, where `__proto__` and `constructor` are names like any other. */

/** Sets an own member. */
export function setMember(object: { [member: string]: unknown }, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}

/** The member that a value itself has; one that every object inherits counts as absent. */
export function memberOf(object: { readonly [member: string]: unknown }, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(object, name) ? undefined : object[name];
}

/** Whether a value can be a record or map: an object that is no array, Date, Map, Promise or the like. */
export function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null || prototype === Object.prototype || Object.prototype.toString.call(value) === "[object Object]"
  );
}
