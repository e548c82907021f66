import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";
import { makeRepository } from "../src/incident/repository.ts";
import { listScenarios, loadScenario } from "../src/incident/scenario.ts";
import type { Scenario } from "../src/incident/scenario.ts";
import { snapshotOf } from "../src/incident/snapshot.ts";
import { verifyCheckout } from "../src/incident/verify.ts";
import { numberAt } from "../src/triage/kube-object.ts";

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

/** A fix is judged while somebody waits. Held where the machine has room for it: beside other work only the load would be measured. */
const longestMs = 20_000;

test("every scenario of the package loads", async () => {
  const listed = await listScenarios(root);
  assert.deepEqual(
    listed.map(({ id, ok }) => ({ id, ok })),
    ids.map((id) => ({ id, ok: true })),
  );
});

test("there are at least 24 scenarios, two of them controls, four in code; checkout-race has five wrong fixes and more", async () => {
  const scenarios = await Promise.all(ids.map((id) => loadScenario(join(root, id))));
  const causes = scenarios.map(({ truth }) => truth.causes);
  assert.ok(scenarios.length >= 24);
  assert.equal(causes.filter((of) => of.length === 0).length, 2);
  assert.equal(causes.filter((of) => of.some((cause) => "code" in cause)).length, 4);
  assert.ok(
    causes.some((of) => of.length === 2),
    "two faults at once",
  );
  assert.ok((await readdir(join(root, "checkout-race/verify/wrong"))).length >= 5);
});

for (const id of ids) {
  test(`${id}: a realistic place to look: a service with source, manifests and tests, healthy neighbours, distractors that are there`, async () => {
    const scenario = await loadScenario(join(root, id));
    const { objects } = snapshotOf(await loadCluster(scenario.paths.cluster));
    const touched = new Set(scenario.truth.causes.map(({ name }) => name));
    const healthy = objects.filter(({ kind, name, json }) => {
      if (!["Deployment", "StatefulSet", "DaemonSet"].includes(kind) || touched.has(name)) return false;
      const ready = numberAt(json, "status", "readyReplicas") ?? numberAt(json, "status", "numberReady") ?? 0;
      return ready > 0 && ready >= (numberAt(json, "spec", "replicas") ?? numberAt(json, "status", "desiredNumberScheduled") ?? 1);
    });
    assert.ok(healthy.length >= 3, `${healthy.length} healthy neighbours`);
    const { distractors } = scenario.truth;
    assert.ok(distractors.length >= 2);
    for (const { kind, namespace, name } of distractors)
      assert.ok(
        objects.some(
          (object) => object.kind === kind && object.name === name && (namespace === undefined || object.namespace === namespace),
        ),
        `${kind} ${name} is a distractor, and not in the cluster`,
      );
    const files = await readdir(scenario.paths.repo, { recursive: true });
    for (const part of [/^(?!(?:.*\/)?tests?\/).*\.m?js$/, /^deploy\/.*\.ya?ml$/, /^(?:.*\/)?tests?\/.*\.test\.m?js$/])
      assert.ok(
        files.some((file) => part.test(file)),
        `no file ${String(part)}`,
      );
  });

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
        await run(checkout, "git", "clean", "--quiet", "-fd");
      }
    }));

  // A wrong fix is named for the check that has to fail: `replicas-kept.none.patch`.
  test(`${id}: verify fails on every wrong fix, each by the check that it is named for`, (t) =>
    withCheckout(id, async (scenario, checkout) => {
      const wrong = await patches(scenario, "wrong");
      assert.ok(wrong.length >= 3);
      let slowest = 0;
      for (const patch of wrong) {
        await run(checkout, "git", "apply", patch);
        const start = performance.now();
        const result = await verifyCheckout(scenario, checkout);
        slowest = Math.max(slowest, performance.now() - start);
        assert.equal(result.outcome, "failed", patch);
        const failed = result.checks.filter(({ ok }) => !ok).map(({ check }) => check);
        const meant = patch.split("/").at(-1)?.split(".")[0] ?? "";
        assert.ok(failed.includes(meant), `${patch} should fail ${meant} and fails ${failed.join(", ")}`);
        await run(checkout, "git", "reset", "--quiet", "--hard");
        await run(checkout, "git", "clean", "--quiet", "-fd");
      }
      const [load = 0] = loadavg();
      const isBusy = load > availableParallelism() + 1;
      t.diagnostic(
        `the slowest took ${Math.round(slowest)} ms${isBusy ? `, beside a load of ${load.toFixed(1)}: not held to a bound` : ""}`,
      );
      assert.ok(isBusy || slowest < longestMs, `${slowest} ms`);
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
