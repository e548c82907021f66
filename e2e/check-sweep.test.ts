import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { loadScenario } from "../src/incident/scenario.ts";
import { sweepScenario } from "./check-sweep/sweep.ts";

/**
 * A sample of the sweep (`check-sweep/main.ts` is the whole): edits that nobody wrote down, alone and on top of right fixes. None that the door lets out is one
 * that the hidden checks reject; and where nothing is wrong, none is let out at all.
 */
const root = resolve(import.meta.dirname, "../../scenarios");
/** A prime, so that the sample is not always of the same kind. */
const every = 41;

for (const entry of readdirSync(root, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  test(`${entry.name}: no edit passes the check that verify rejects`, async (t) => {
    const scenario = await loadScenario(join(root, entry.name));
    if (scenario.truth.causes.some((cause) => "code" in cause)) return t.skip("its cause is in code: the gate runs its tests");
    const { edits, passed, wronglyPassed } = await sweepScenario(scenario, { every, layers: { right: 1, wrong: 2 }, alsoRefused: false });
    assert.ok(edits > 20);
    assert.deepEqual(wronglyPassed, []);
    if (scenario.truth.causes.length === 0) assert.equal(passed, 0, "nothing is wrong, so nothing can be mended");
  });
}
