import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { makeRepository } from "../src/incident/repository.ts";
import { listScenarios, loadScenario } from "../src/incident/scenario.ts";
import type { Scenario } from "../src/incident/scenario.ts";
import { verifyCheckout } from "../src/incident/verify.ts";

const root = resolve(import.meta.dirname, "../../scenarios");
const ids = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const environment = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, env: environment });
  return stdout.trim();
}

/** A fresh checkout of the scenario's repository. */
async function withCheckout(id: string, use: (scenario: Scenario, checkout: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `${id}-`));
  try {
    const scenario = await loadScenario(join(root, id));
    const checkout = join(folder, "checkout");
    await makeRepository(scenario, checkout, { env: environment, now: Date.now() });
    await use(scenario, checkout, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function patches(scenario: Scenario, kind: "right" | "wrong"): Promise<string[]> {
  const folder = join(scenario.folder, "verify", kind);
  return (await readdir(folder)).sort().map((file) => join(folder, file));
}

test("every scenario of the package loads", async () => {
  const listed = await listScenarios(root);
  assert.deepEqual(
    listed.map(({ id, ok }) => ({ id, ok })),
    ids.map((id) => ({ id, ok: true })),
  );
});

for (const id of ids) {
  test(`${id}: the service's own tests pass in a fresh checkout`, () =>
    withCheckout(id, async (_, checkout) => {
      const printed = await run(checkout, process.execPath, "--test", "--test-reporter=tap");
      assert.match(printed, /^# pass [1-9]\d*$/m);
      assert.match(printed, /^# fail 0$/m);
    }));

  test(`${id}: verify fails on the base at its faults alone, and passes where there is none`, () =>
    withCheckout(id, async (scenario, checkout) => {
      const result = await verifyCheckout(scenario, checkout);
      const faults = scenario.truth.causes.length;
      assert.equal(result.outcome, faults === 0 ? "passed" : "failed");
      assert.equal(result.checks.filter(({ ok }) => !ok).length, faults);
    }));

  test(`${id}: verify passes on every right fix`, () =>
    withCheckout(id, async (scenario, checkout) => {
      // Nothing is the right fix of a control.
      if (scenario.truth.causes.length === 0) return;
      const right = await patches(scenario, "right");
      assert.ok(right.length >= 2);
      for (const patch of right) {
        await run(checkout, "git", "apply", patch);
        const result = await verifyCheckout(scenario, checkout);
        assert.deepEqual(
          result.checks.filter(({ ok }) => !ok),
          [],
          patch,
        );
        assert.equal(result.outcome, "passed", patch);
        await run(checkout, "git", "reset", "--quiet", "--hard");
      }
    }));

  // A wrong fix is named for the check that has to fail: `replicas-kept.none.patch`.
  test(`${id}: verify fails on every wrong fix, each by the check that it is named for`, () =>
    withCheckout(id, async (scenario, checkout) => {
      const wrong = await patches(scenario, "wrong");
      assert.ok(wrong.length >= 3);
      for (const patch of wrong) {
        await run(checkout, "git", "apply", patch);
        const result = await verifyCheckout(scenario, checkout);
        assert.equal(result.outcome, "failed", patch);
        const failed = result.checks.filter(({ ok }) => !ok).map(({ check }) => check);
        const meant = patch.split("/").at(-1)?.split(".")[0] ?? "";
        assert.ok(failed.includes(meant), `${patch} should fail ${meant} and fails ${failed.join(", ")}`);
        await run(checkout, "git", "reset", "--quiet", "--hard");
        await run(checkout, "git", "clean", "--quiet", "-fd");
      }
    }));

  test(`${id}: verify judges a plain folder too, and says when there is none`, () =>
    withCheckout(id, async (scenario, _checkout, folder) => {
      await cp(scenario.paths.repo, join(folder, "plain"), { recursive: true });
      const expected = scenario.truth.causes.length === 0 ? "passed" : "failed";
      assert.equal((await verifyCheckout(scenario, join(folder, "plain"))).outcome, expected);
      const nowhere = await verifyCheckout(scenario, join(folder, "nowhere"));
      assert.ok(nowhere.outcome === "could-not-run");
      assert.match(nowhere.why, /nowhere cannot be read/);
    }));

  test(`${id}: the history is plausible and does not give the answer away`, () =>
    withCheckout(id, async (scenario, checkout) => {
      const commits = (await run(checkout, "git", "log", "--format=%H %s")).split("\n");
      assert.ok(commits.length >= 4 && commits.length <= 8);
      const last = await run(checkout, "git", "log", "-1", "--format=%B");
      const told = [last, scenario.title, scenario.summary, scenario.task].join("\n");
      for (const cause of scenario.truth.causes) {
        for (const word of [...cause.terms, "code" in cause ? cause.name : (cause.now ?? cause.terms[0] ?? "")])
          assert.ok(!told.toLowerCase().includes(word.toLowerCase()), `"${word}" is in the prompt or the last commit`);
      }
      assert.ok(scenario.task.includes(scenario.namespace));
      await run(checkout, "git", "fsck", "--strict");
    }));
}
