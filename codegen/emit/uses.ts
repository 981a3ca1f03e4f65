/** What keys, values, requests and replies of definitions are called in one file. */
import type { TypeUse } from "../service/model.js";
import { schemaDoor } from "./modules.js";
import { primitiveCodec } from "./primitives.js";
import type { SchemaDoorName } from "./runtime-names.js";
import { type Direction, entityOf, entityType, importFrom, type TypeScope } from "./type-text.js";

type PrimitiveUse = Extract<TypeUse, { readonly kind: "primitive" }>["name"];

const primitiveTypes: {
  readonly [name in PrimitiveUse]: { readonly type: SchemaDoorName; readonly define: SchemaDoorName };
} = {
  null: { type: "nullType", define: "defineNull" },
  boolean: { type: "booleanType", define: "defineBoolean" },
  int: { type: "intType", define: "defineInt" },
  long: { type: "longType", define: "defineLong" },
  float: { type: "floatType", define: "defineFloat" },
  double: { type: "doubleType", define: "defineDouble" },
  bytes: { type: "bytesType", define: "defineBytes" },
  string: { type: "stringType", define: "defineString" },
};

function primitiveOf(name: PrimitiveUse, scope: TypeScope): (typeof primitiveTypes)[PrimitiveUse] {
  if (name === "long" && scope.style.longs === "number") return { type: "longNumberType", define: "defineLongNumber" };
  return primitiveTypes[name];
}

/** The TypeScript type. */
export function useText(use: TypeUse, direction: Direction, scope: TypeScope): string {
  if (use.kind === "primitive") return primitiveCodec(use.name, undefined, scope.style).type;
  return entityType(use.fullName, direction, scope);
}

/** The identifier of the runtime's type: `Account`, `stringType`. */
export function useType(use: TypeUse, scope: TypeScope): string {
  if (use.kind === "primitive") return scope.imports.value(primitiveOf(use.name, scope).type, schemaDoor);
  const entity = entityOf(use.fullName, scope);
  return importFrom(entity, entity.typeName, "value", scope);
}

/** The identifier of the function that gives the definition: `defineAccount`, `defineString`. */
export function useDefinition(use: TypeUse, scope: TypeScope): string {
  if (use.kind === "primitive") return scope.imports.value(primitiveOf(use.name, scope).define, schemaDoor);
  const entity = entityOf(use.fullName, scope);
  return importFrom(entity, entity.define, "value", scope);
}
