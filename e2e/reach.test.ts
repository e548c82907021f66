import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { reach } from "./reach/dry-reach.ts";
import { firstChoice, randomChoice, rightChoice } from "./reach/policy.ts";
import { outcomeOf, runReal } from "./reach/run-reach.ts";
import { openWorld, scenarioIds } from "./reach/scenario-world.ts";

/** Where the guide leads, whatever a model says: policies answer within the forms, in every scenario. `run-dry.ts` and `run-reach.ts` print the whole table. */

for (const id of await scenarioIds()) {
  test(`${id}: the right change is within the forms, quick fixes or not, and nothing wrong leaves`, async () => {
    const world = await openWorld(id);
    const { tags, causes } = { tags: world.scenario.tags, causes: world.scenario.truth.causes };
    const isClosed = causes.length > 0 && !tags.includes("code");
    const right = await reach(world, rightChoice(world.right), { quickFixes: false });
    assert.equal(right.outcome, isClosed ? "closed" : "handed over", right.end);
    // A wrong change of code may keep its tests waiting: the runs below make some.
    if (tags.includes("code")) return assert.match(right.end, /nothing shows that it mends the fault|nothing is left to try/);
    const first = await reach(world, firstChoice, { quickFixes: true });
    assert.equal(first.outcome, isClosed ? "closed" : "handed over", first.end);
    for (const seed of [1, 2]) {
      const any = await reach(world, randomChoice(seed), { quickFixes: false });
      assert.ok(["closed", "handed over"].includes(any.outcome), any.end);
    }
  });
}

// The parts that a dry session leaves out: client, seal, a cluster that is read through kubectl, gate.
for (const [id, quickFixes, expected] of [
  ["network-policy", true, /^closed \(7\)/],
  ["two-faults", false, /^closed \(10\)/],
  ["control-rollout", true, /^handed over \(2\)$/],
] as const) {
  test(`${id} with the real parts and the first choice of every form`, async (t) => {
    const path = (process.env["PATH"] ?? "").split(":");
    const missing = ["kubectl", "git", "gh", "bwrap", "socat", "rg"].filter(
      (name) => !path.some((folder) => existsSync(join(folder, name))),
    );
    if (missing.length > 0) return t.skip(`not on this machine: ${missing.join(", ")}`);
    const home = await mkdtemp(join(tmpdir(), "rr-"));
    try {
      const world = await openWorld(id);
      assert.match(outcomeOf(world, await runReal(world, firstChoice, home, quickFixes)), expected);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
}
