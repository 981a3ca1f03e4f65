/** Line 6 of Kafka: what it costs, against rivals in the same run; a small run on a busy machine judges no goal. */
import { kafkaRows } from "../../bench/kafka/rows.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("kafka.6", "writes, bulk and restores on Kafka against rivals", options);
const size = options.isCi ? { rounds: 1, seconds: 2, records: 100_000 } : { rounds: 3, seconds: 4, records: 1_000_000 };
for (const { measure, goal, shown, isMet, details } of await kafkaRows(size)) {
  report.say(`${measure}: ${shown} (goal ${goal})`);
  for (const [name, figure] of Object.entries(details)) report.say(`    ${name}: ${String(figure)}`);
  report.count("rows measured");
  if (!options.isCi) report.check(measure, isMet === true, () => `${shown}, goal ${goal}`);
}
report.finish();
