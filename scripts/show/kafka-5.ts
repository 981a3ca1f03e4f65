/** Line 5 of Kafka: faults planted in the code, one at a time; the named test finds each, and passes without it. */
import { plantedFaults } from "../../test/support/planted/faults.js";
import { PlantedCopy } from "../../test/support/planted/plant.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("kafka.5", "planted faults, each found by a named test", options);
const copy = new PlantedCopy();
try {
  for (const fault of plantedFaults) {
    const { whole, planted } = copy.try(fault);
    const { file, test } = fault.foundBy;
    report.count("faults planted");
    report.count(`faults in ${fault.file.split("/").slice(0, 2).join("/")}`);
    report.check(
      `${fault.name}: its test passes without it`,
      whole.failed === 0 && whole.passed > 0,
      () => `${test}\n${whole.output.slice(-3_000)}`,
    );
    report.check(`${fault.name}: found`, planted.failed > 0, () => `${test}\n${planted.output.slice(-1_500)}`);
    report.say(`${planted.failed > 0 ? "found" : "NOT FOUND"}: ${fault.name}, by ${file}: ${test}`);
  }
} finally {
  copy.remove();
}
report.finish();
