import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseEval } from "../src/eval/row.ts";
import { finish, onStage, type Stage, start } from "./cli-stage.ts";

const evalOf = (stage: Stage, ...more: readonly string[]) =>
  finish(start(stage, ["eval", "--models", "written-sessions", "--client", "2.1.84", "--out", join(stage.home, "eval"), ...more]));

test("an eval keeps every run, goes on where it stopped, and writes the table and the page", async () => {
  await onStage(async (stage) => {
    const file = join(stage.home, "eval", "eval.json");
    const first = await evalOf(stage, "--scenarios", "oom-kill");
    assert.equal(first.code, 0, first.said);
    assert.match(first.out, /written-sessions, everything: pass@1 100 % of 1 scenarios \[\d+ %–100 %\], 0 wrong of 1 pull requests/);
    const [row] = parseEval(await readFile(file, "utf8"), file).rows;
    assert.equal(row?.outcome, "closed");
    assert.equal(row.change, "model");
    assert.equal(row.client, "2.1.84");

    const planned = await evalOf(stage, "--scenarios", "oom-kill,image-typo", "--ablate", "check", "--plan");
    assert.match(planned.said, /4 runs, 1 of them made already/);
    const second = await evalOf(stage, "--scenarios", "oom-kill,image-typo");
    assert.equal(second.code, 0, second.said);
    assert.match(second.said, /1 of 1 {2}image-typo/);
    const { rows, commands } = parseEval(await readFile(file, "utf8"), file);
    assert.deepEqual(
      rows.map(({ scenario, at }) => [scenario, at === row.at]),
      [
        ["oom-kill", true],
        ["image-typo", false],
      ],
    );
    assert.equal(commands.length, 2);
    assert.match(await readFile(join(stage.home, "eval", "eval.md"), "utf8"), /\| image-typo \| ✓ \|/);
    assert.match(await readFile(join(stage.home, "eval", "eval.html"), "utf8"), /<svg/);
  });
});

test("what cannot be run is said before anything runs, and a damaged file is left as it is", async () => {
  await onStage(async (stage) => {
    const unknown = await evalOf(stage, "--scenarios", "no-such");
    assert.equal(unknown.code, 2);
    assert.match(unknown.said, /No scenario in .* is called no-such/);
    const part = await evalOf(stage, "--ablate", "luck");
    assert.match(part.said, /There is no part luck: forms, guide, triage/);
    const nothing = await finish(start(stage, ["eval", "--models", "no-such-model", "--scenarios", "oom-kill"]));
    assert.equal(nothing.code, 3);
    assert.equal((await evalOf(stage, "--scenarios", "oom-kill", "--plan")).code, 0);
    const file = join(stage.home, "eval.json");
    await writeFile(file, "{");
    const damaged = await evalOf(stage, "--scenarios", "oom-kill", "--out", stage.home);
    assert.match(damaged.said, /eval\.json is not JSON/);
    assert.equal(await readFile(file, "utf8"), "{");
  });
});
