import { type EntityType, entityType, readEnum, type Reader, type TypeDefinition, writeEnum, type Writer } from "affinity-data/schema";

export type AccountStatus = "OPEN" | "FROZEN" | "CLOSED";

const symbols$AccountStatus: readonly AccountStatus[] = ["OPEN", "FROZEN", "CLOSED"];

export function writeAccountStatus(out: Writer, value: AccountStatus): void {
  writeEnum(out, value, symbols$AccountStatus);
}
export function readAccountStatus(input: Reader): AccountStatus {
  return readEnum(input, symbols$AccountStatus);
}
export function defineAccountStatus(): TypeDefinition {
  return { name: "bank.AccountStatus", schema: { type: "enum", name: "bank.AccountStatus", symbols: ["OPEN", "FROZEN", "CLOSED"] }, uses: [] };
}
export const AccountStatus: EntityType<AccountStatus> = /*@__PURE__*/ entityType({
  define: defineAccountStatus,
  write: writeAccountStatus,
  read: readAccountStatus,
});
