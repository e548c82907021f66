import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";

import { loadCluster } from "../src/incident/cluster/load-cluster.ts";
import type { Gate, PushedBranch } from "../src/incident/forge/gate.ts";
import { createManifestGate, type GateReport } from "../src/incident/gate.ts";
import { makeRepository } from "../src/incident/repository.ts";
import { loadScenario } from "../src/incident/scenario.ts";
import { snapshotOf } from "../src/incident/snapshot.ts";
import { host, onStage, remote, type Stage, stageTime } from "./forge-stage.ts";

/** The gate at the forge's door, with real git: what it hears, what it says, and that no wrong change of any scenario gets through. */

test("the gate is asked with what was pushed, and its words are git's answer", async () => {
  const asked: { push: PushedBranch; before: string | undefined; after: string | undefined; files: readonly string[] }[] = [];
  const gate: Gate = async (push) => {
    const [before, after] = [await push.read(push.base, "README.md"), await push.read(push.commit, "README.md")];
    asked.push({ push, before, after, files: await push.list(push.commit) });
    return after === "# right\n" ? { kind: "pass" } : { kind: "refuse", says: ["error: not this", "two\u001b[31m\nlines"] };
  };
  await onStage(
    async (stage) => {
      const clone = await stage.clone();
      await stage.commit(clone, "fix", "README.md", "# wrong\n");
      const refused = await stage.run("git", ["push", "origin", "fix"], { cwd: clone });
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(refused.stderr, /remote: error: not this\s*\nremote: two \[31m lines\s*\n/);
      assert.match(refused.stderr, /\[remote rejected\] fix -> fix \(pre-receive hook declined\)/);
      assert.equal(asked[0]?.push.branch, "fix");
      assert.deepEqual(asked[0]?.push.changedFiles, ["README.md"]);
      assert.deepEqual([asked[0]?.before, asked[0]?.after], ["# payments\n\nTakes money.\n", "# wrong\n"]);
      assert.deepEqual(asked[0]?.files, ["README.md", "deploy/payments.yaml"]);
      assert.doesNotMatch((await stage.run("git", ["ls-remote", remote])).stdout, /refs\/heads\/fix/, "nothing was taken");

      await stage.commit(clone, "fix", "README.md", "# right\n");
      assert.equal((await stage.run("git", ["push", "origin", "fix"], { cwd: clone })).code, 0);
      assert.match((await stage.run("git", ["ls-remote", remote])).stdout, /refs\/heads\/fix/);

      const asks = asked.length;
      const main = await stage.run("git", ["push", "origin", "fix:main"], { cwd: clone });
      assert.match(main.stderr, /GH006/, "the default branch is protected as before");
      assert.equal(asked.length, asks, "and the gate is not asked about it");
    },
    { gate },
  );
});

test("one branch that may not pass keeps back the whole push, and a gate that fails keeps back all", async () => {
  let fails = false;
  const gate: Gate = async (push) => {
    if (fails) throw new Error("broken");
    return Promise.resolve(push.branch === "bad" ? { kind: "refuse", says: ["no"] } : { kind: "pass" });
  };
  await onStage(
    async (stage) => {
      const clone = await stage.clone();
      await stage.commit(clone, "good", "README.md", "# one\n");
      await stage.commit(clone, "bad", "README.md", "# two\n");
      assert.equal((await stage.run("git", ["push", "origin", "good", "bad"], { cwd: clone })).code, 1);
      fails = true;
      const broken = await stage.run("git", ["push", "origin", "good"], { cwd: clone });
      assert.equal(broken.code, 1);
      assert.match(broken.stderr, /failed to run\. Nothing was pushed/);
      assert.doesNotMatch((await stage.run("git", ["ls-remote", remote])).stdout, /good|bad/);
    },
    { gate },
  );
});

test("the text of a pull request is made by the forge, however it was opened", async () => {
  await onStage(
    async (stage) => {
      const clone = await stage.clone();
      for (const branch of ["one", "two"]) {
        await stage.commit(clone, branch, `${branch}.md`, "# new\n");
        assert.equal((await stage.run("git", ["push", "origin", branch], { cwd: clone })).code, 0);
      }
      const at = `https://${host}/api/v3/repos/acme/payments/pulls`;
      const rest = await stage.run("curl", [
        "--silent",
        "--cacert",
        stage.certificate,
        "-H",
        `Authorization: token ${stage.token}`,
        "-d",
        JSON.stringify({ title: "One", body: "mine", head: "one", base: "main" }),
        at,
      ]);
      assert.match((JSON.parse(rest.stdout) as { body: string }).body, /^mine \+ [0-9a-f]{40}$/);
      const gh = await stage.run("gh", ["pr", "create", "--title", "Two", "--body", "hers", "--head", "two"], { cwd: clone });
      assert.equal(gh.code, 0, gh.stderr);
      assert.match(stage.forge.pullRequests("acme", "payments")[1]?.body ?? "", /^hers \+ [0-9a-f]{40}$/);
    },
    { complete: async (written, commit) => Promise.resolve(`${written} + ${commit}`) },
  );
});

const scenarios = resolve(import.meta.dirname, "../../scenarios");
for (const entry of readdirSync(scenarios, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  test(`${entry.name}: every right fix passes the gate, and no wrong one does`, async (t) => {
    const scenario = await loadScenario(join(scenarios, entry.name));
    if (scenario.truth.causes.some((cause) => "code" in cause)) return t.skip("its cause is in code: the check is its tests");
    const reports: GateReport[] = [];
    const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
    const gate = createManifestGate({ snapshot, namespace: scenario.namespace, onVerdict: (report) => reports.push(report) });
    await onStage(
      async (stage) => {
        const { owner, name, defaultBranch } = scenario.repository;
        const checkout = join(stage.folder, "checkout");
        await makeRepository(scenario, checkout, { env: process.env, now: stageTime });
        await stage.forge.createRepository({ owner, name: `${name}-lab`, defaultBranch, from: checkout });
        for (const kind of ["right", "wrong"] as const) {
          const branches = await commitPatches(stage, checkout, join(scenario.folder, "verify", kind), defaultBranch);
          if (branches.length === 0) continue;
          const push = await stage.run("git", ["push", remoteOf(stage, owner, `${name}-lab`), ...branches], { cwd: checkout });
          assert.equal(push.code, kind === "right" ? 0 : 1, push.stderr);
          for (const branch of branches) {
            const report = reports.find((one) => one.branch === branch);
            assert.equal(
              report?.objections.length === 0,
              kind === "right",
              `${kind}/${branch}: ${report?.objections.join("; ") ?? "not asked"}`,
            );
          }
        }
      },
      { gate },
    );
  });
}

function remoteOf(stage: Stage, owner: string, name: string): string {
  return `https://x-access-token:${stage.token}@${host}/${owner}/${name}.git`;
}

/** A branch for each patch of a folder, named for it. */
async function commitPatches(stage: Stage, checkout: string, folder: string, from: string): Promise<readonly string[]> {
  const branches: string[] = [];
  for (const patch of (await readdir(folder).catch(() => [])).sort()) {
    const branch = patch.replace(/\.patch$/, "");
    for (const args of [
      ["checkout", "--quiet", "-b", branch, from],
      ["apply", "--index", join(folder, patch)],
      ["-c", "user.name=Ada", "-c", "user.email=ada@acme.test", "commit", "--quiet", "-m", branch],
    ]) {
      const done = await stage.run("git", args, { cwd: checkout });
      assert.equal(done.code, 0, `${patch}: ${done.stderr}`);
    }
    branches.push(branch);
  }
  return branches;
}
