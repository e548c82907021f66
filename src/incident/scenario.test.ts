import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { listScenarios, loadScenario } from "./scenario.ts";

const scenarios = resolve(import.meta.dirname, "../../../scenarios");

/** A copy of both scenarios that a test may damage. */
async function withCopy(use: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "scenarios-"));
  try {
    await cp(scenarios, root, { recursive: true });
    await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function failure(work: Promise<unknown>): Promise<CloisterError> {
  const thrown: unknown = await work.then(
    () => assert.fail("nothing was thrown"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof CloisterError);
  return thrown;
}

test("a scenario is loaded whole, with absolute paths", async () => {
  const scenario = await loadScenario(join(scenarios, "oom-kill"));
  assert.equal(scenario.id, "oom-kill");
  assert.equal(scenario.namespace, "shop");
  assert.deepEqual(scenario.repository, { owner: "acme", name: "payments", defaultBranch: "main" });
  assert.equal(scenario.history.commits.at(-1)?.ago, 24 * 60);
  assert.ok(scenario.truth.milestones[0]?.any[0]?.path instanceof RegExp);
  assert.equal(scenario.paths.verify, join(scenarios, "oom-kill/verify/verify.mjs"));
});

test("each missing part is named", () =>
  withCopy(async (root) => {
    const parts = [
      "scenario.yaml",
      "cluster/cluster.yaml",
      "cluster/objects",
      "repo",
      "history.yaml",
      "truth.yaml",
      "verify/verify.mjs",
      "script.yaml",
    ];
    for (const part of [...parts, "repo/deploy/payments.yaml"]) {
      const path = join(root, "oom-kill", part);
      await rm(path, { recursive: true });
      const error = await failure(loadScenario(join(root, "oom-kill")));
      assert.equal(error.code, "missing", part);
      assert.ok(error.message.includes(`oom-kill/${part} is missing`), `${part}: ${error.message}`);
      await cp(join(scenarios, "oom-kill", part), path, { recursive: true });
    }
    await loadScenario(join(root, "oom-kill"));
  }));

test("a wrong value is named with its file, line, field and what was expected", () =>
  withCopy(async (root) => {
    const folder = join(root, "image-typo");
    const wrong: readonly [file: string, from: string, to: string, expected: RegExp][] = [
      ["scenario.yaml", "calls: 20", "calls: many", /image-typo\/scenario\.yaml, line 16: budgets\.calls: .*expected/i],
      ["scenario.yaml", "difficulty: easy", "difficulty: trivial", /line 13: difficulty: .*"easy"/],
      ["scenario.yaml", "namespace: media", "nmspace: media", /scenario\.yaml, line \d+: .*(nmspace|namespace)/],
      ["scenario.yaml", "namespace: media", "namespace: [media", /scenario\.yaml, line \d+: not YAML/],
      ["cluster/cluster.yaml", "2026-11-17T09:42:00Z", "this morning", /cluster\/cluster\.yaml, line 1: recordedAt: /],
      ["history.yaml", "ago: 27d 4h", "ago: some weeks", /history\.yaml, line \d+: commits\[3\]\.ago: expected a length of time/],
      ["history.yaml", "ago: 27d 4h", "ago: 90d", /commits\[3\]\.ago: expected a commit younger/],
      ["history.yaml", "Dockerfile,", "../../outside,", /commits\[1\]\.take\[0\]: expected a path below the folder/],
      [
        "truth.yaml",
        "'^/api/v1/(namespaces/media/)?pods",
        "'^/api/v1/((namespaces/media/)?pods",
        /milestones\[0\]\.any\[0\]\.path: expected a regular expression/,
      ],
    ];
    for (const [file, from, to, expected] of wrong) {
      const text = await readFile(join(folder, file), "utf8");
      assert.ok(text.includes(from), `${file} holds ${from}`);
      await writeFile(join(folder, file), text.replace(from, to));
      const error = await failure(loadScenario(folder));
      assert.equal(error.code, "damaged");
      assert.match(error.message, expected);
      await writeFile(join(folder, file), text);
    }
  }));

test("a scenario's file is not followed out of its folder", () =>
  withCopy(async (root) => {
    const path = join(root, "oom-kill/truth.yaml");
    await rm(path);
    await symlink(join(scenarios, "oom-kill/truth.yaml"), path);
    const error = await failure(loadScenario(join(root, "oom-kill")));
    assert.equal(error.code, "damaged");
    assert.match(error.message, /truth\.yaml is not a plain file/);
  }));

test("a server's version may be that of a distribution", () =>
  withCopy(async (root) => {
    const path = join(root, "oom-kill/cluster/cluster.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace(/v1\.31\.4/, "v1.31.4-gke.1183000"));
    assert.equal((await loadScenario(join(root, "oom-kill"))).recording.serverVersion, "v1.31.4-gke.1183000");
  }));

test("a broken scenario is listed with its error, and the others go on", () =>
  withCopy(async (root) => {
    await rm(join(root, "image-typo/truth.yaml"));
    const listed = await listScenarios(root);
    const [broken, whole] = ["image-typo", "oom-kill"].map((id) => listed.find((one) => one.id === id));
    assert.ok(broken?.ok === false);
    assert.match(broken.error.message, /image-typo\/truth\.yaml is missing/);
    assert.ok(whole?.ok === true);
    assert.equal(whole.difficulty, "easy");
  }));

test("no folder, no scenario", async () => {
  assert.equal((await failure(loadScenario(join(scenarios, "nowhere")))).code, "not-found");
  assert.equal((await failure(listScenarios(join(scenarios, "nowhere")))).code, "missing");
});

test("a milestone is reached by what kubectl asks for, not by its neighbours", async () => {
  const reached = async (id: string, path: string) => {
    const { truth } = await loadScenario(join(scenarios, id));
    return truth.milestones.filter(({ any }) => any.some((one) => one.path.test(path))).map((milestone) => milestone.id);
  };
  const events = "/events?fieldSelector=involvedObject.uid%3D1a0%2CinvolvedObject.name%3D";
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/shop/pods?limit=500"), ["saw-the-pods"]);
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/shop/pods/payments-tqq56wxph-26zcf"), ["saw-the-pods", "saw-the-kill"]);
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/shop/pods/payments-tqq56wxph-26zcf/log?previous=true"), ["saw-the-kill"]);
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/shop/events?limit=500"), ["saw-the-kill"]);
  assert.deepEqual(await reached("oom-kill", "/api/v1/events?fieldSelector=type%3DWarning"), ["saw-the-kill"]);
  assert.deepEqual(await reached("oom-kill", `/api/v1/namespaces/shop${events}payments-tqq56wxph-26zcf`), ["saw-the-kill"]);
  assert.deepEqual(await reached("oom-kill", `/api/v1/namespaces/shop${events}payments`), []);
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/shop/pods/cart-6szr9tlmrv-xrhpf/log"), []);
  assert.deepEqual(await reached("oom-kill", "/api/v1/namespaces/media/pods"), []);
  assert.deepEqual(await reached("image-typo", "/apis/apps/v1/namespaces/media/deployments/catalog"), ["saw-the-pull-fail"]);
  assert.deepEqual(await reached("image-typo", `/api/v1/namespaces/media${events}search-v9wkpt5zf-xfj5h`), []);
  assert.deepEqual(await reached("image-typo", "/api/v1/namespaces/media/pods/catalog-5scgjx5w7-7gktk"), [
    "saw-the-pods",
    "saw-the-pull-fail",
  ]);
});
