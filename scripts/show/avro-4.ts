/** Line 4 of Avro: a long through every path, exact. */

import { Chance } from "../../test/support/chance.js";
import { generate, tempProject } from "../../test/support/project.js";
import { codecs } from "./longs/codecs.js";
import { longs } from "./longs/numbers.js";
import { longFiles } from "./longs/project.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("avro.4", "a long through every path, exact", options);
const numbers = longs(new Chance(options.seed), options.isCi ? 80 : 1000);
const project = tempProject(longFiles);
try {
  generate(project);
  report.say(`${numbers.length} longs from ${numbers[0]} to ${numbers.at(-1)}`);
  await codecs({ report, folder: project.folder, longs: numbers });
  report.say("codecs");
} finally {
  project.remove();
}
report.finish();
