/** Schemas of the benchmark: one of our own, and some of the corpus where it lies beside the project. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface BenchSchema {
  readonly name: string;
  /** Avro schema as JSON text. */
  readonly text: string;
}

/** One of each that a typical entity has. */
const account = {
  type: "record",
  name: "Account",
  namespace: "bank",
  fields: [
    { name: "id", type: "string" },
    { name: "balance", type: "long" },
    { name: "rate", type: "double" },
    { name: "status", type: { type: "enum", name: "Status", symbols: ["OPEN", "FROZEN", "CLOSED", "NEW", "LOST"] } },
    { name: "nickname", type: ["null", "string"] },
    { name: "visits", type: { type: "array", items: "int" } },
    { name: "limits", type: { type: "map", values: "string" } },
    {
      name: "address",
      type: {
        type: "record",
        name: "Address",
        fields: [
          { name: "street", type: "string" },
          { name: "city", type: "string" },
          { name: "code", type: "int" },
        ],
      },
    },
    { name: "opened", type: "long" },
  ],
};

const corpusFolder = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));

const corpusSchemas: { readonly [name: string]: string } = {
  "avsc Coupon": "mtth__avsc/etc/schemas/Coupon.avsc",
  "avsc PciEvent": "mtth__avsc/etc/schemas/PciEvent.avsc",
  "RADAR local_weather": "RADAR-base__RADAR-Schemas/commons/passive/weather/local_weather.avsc",
  "RADAR canedge_obd2": "RADAR-base__RADAR-Schemas/commons/passive/canedge/canedge_obd2.avsc",
  "navikt beskjedInput": "navikt__brukernotifikasjon-schemas/src/main/avro/beskjedInput.avsc",
  "venice PushJobDetails":
    "linkedin__venice/internal/venice-common/src/main/resources/avro/PushJobDetails/v6/PushJobDetails.avsc",
  "venice KafkaMessageEnvelope":
    "linkedin__venice/internal/venice-common/src/main/resources/avro/KafkaMessageEnvelope/v14/KafkaMessageEnvelope.avsc",
};

/** What there is to measure; without the corpus only our own. */
export function benchSchemas(): readonly BenchSchema[] {
  const found = Object.entries(corpusSchemas).flatMap(([name, path]) => {
    const file = corpusFolder + path;
    return existsSync(file) ? [{ name, text: readFileSync(file, "utf8") }] : [];
  });
  return [{ name: "Account", text: JSON.stringify(account) }, ...found];
}
