import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Changes } from "../../../cli/changes.js";
import { systemClock } from "../../../runtime/core/clock.js";

let folder = "";
let changes: Changes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "affinity-changes-"));
  changes = new Changes(systemClock);
});
afterEach(() => {
  changes.close();
  rmSync(folder, { recursive: true });
});

/** Resolves at each call of what is handed to `watch`. */
function told(watch: (run: () => void) => void): () => Promise<void> {
  let count = 0;
  let wake = (): void => {};
  watch(() => {
    count += 1;
    wake();
  });
  return async () => {
    if (count === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    count = 0;
  };
}

describe("changes of files", () => {
  it("below a folder are told, also in folders made later", async () => {
    const change = told((run) => changes.folder(folder, run));
    writeFileSync(join(folder, "a.avsc"), "{}");
    await change();
    mkdirSync(join(folder, "deep"));
    await change();
    writeFileSync(join(folder, "deep/b.avsc"), "{}");
    await change();
  });

  it("are told each time that an editor replaces a file below a folder", async () => {
    mkdirSync(join(folder, "src/handlers"), { recursive: true });
    const file = join(folder, "src/handlers/a.ts");
    writeFileSync(file, "0");
    const change = told((run) => changes.folder(join(folder, "src"), run));
    for (let save = 1; save <= 6; save += 1) {
      writeFileSync(join(folder, "draft"), String(save));
      renameSync(join(folder, "draft"), file);
      await change();
    }
  });

  it("are told below a folder that is removed and made again, at once and later", async () => {
    for (const name of ["schemas", "schemas/deep"]) {
      mkdirSync(join(folder, "schemas/deep"), { recursive: true });
      const change = told((run) => changes.folder(join(folder, "schemas"), run));
      rmSync(join(folder, name), { recursive: true });
      mkdirSync(join(folder, "schemas/deep"), { recursive: true });
      await change();
      rmSync(join(folder, name), { recursive: true });
      await change();
      mkdirSync(join(folder, "schemas/deep"), { recursive: true });
      await change();
      writeFileSync(join(folder, "schemas/deep/a.avsc"), "{}");
      await change();
    }
  });

  it("are told together when many come together", async () => {
    let count = 0;
    changes.folder(folder, () => {
      count += 1;
    });
    for (let file = 0; file < 50; file += 1) writeFileSync(join(folder, `${file}.avsc`), "{}");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(5);
  });

  it("are told of a folder that is made later", async () => {
    const change = told((run) => changes.folder(join(folder, "schemas"), run));
    mkdirSync(join(folder, "schemas"));
    await change();
    writeFileSync(join(folder, "schemas/a.avsc"), "{}");
    await change();
  });

  it("are told of a file that an editor replaces, and of no other file beside it", async () => {
    const file = join(folder, "affinity.json");
    writeFileSync(file, "{}");
    const change = told((run) => changes.file(file, run));
    let others = 0;
    changes.file(join(folder, "other.json"), () => {
      others += 1;
    });
    writeFileSync(join(folder, "draft"), '{ "name": "a" }');
    renameSync(join(folder, "draft"), file);
    await change();
    writeFileSync(file, '{ "name": "b" }');
    await change();
    expect(others).toBe(0);
  });
});
