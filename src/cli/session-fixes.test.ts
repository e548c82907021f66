import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { loadCluster } from "../incident/cluster/load-cluster.ts";
import { loadScenario } from "../incident/scenario.ts";
import { snapshotOf } from "../incident/snapshot.ts";
import { listSessionFixes, makeSessionFix, readSessionFixes, writeSessionFixes } from "./session-fixes.ts";
import { readManifestFolder, triageSession } from "./triage-facts.ts";

const scenarios = join(resolve(import.meta.dirname, "../../.."), "scenarios");

test("a quick fix keeps its number when another one was made, and is made once", async () => {
  const scenario = await loadScenario(join(scenarios, "two-faults"));
  const files = new Map(await readManifestFolder(scenario.paths.repo));
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  const { facts, fixes } = triageSession({ snapshot, namespace: scenario.namespace, files, quickFixes: true });
  const root = await mkdtemp(join(tmpdir(), "session-fixes-"));
  try {
    const file = join(root, "fixes.json");
    await writeSessionFixes(file, scenario.namespace, fixes);
    const kept = await readSessionFixes(file);
    assert.deepEqual(
      kept.fixes.map(({ says }) => says),
      facts.fixes.map(({ says }) => says),
    );
    await mkdir(join(root, "deploy"));
    assert.match(await makeSessionFix(kept, 1, root, files), /^Changed deploy\/reminders\.yaml: Deployment reminders, .*:v2\.8\.0 → /);
    files.set("deploy/reminders.yaml", await readFile(join(root, "deploy/reminders.yaml"), "utf8"));
    assert.deepEqual(
      listSessionFixes(kept, files).map((line) => line.slice(0, 26)),
      ["2. deploy/services.yaml: S"],
    );
    await assert.rejects(makeSessionFix(kept, 1, root, files), /made already/);
    await assert.rejects(makeSessionFix(kept, 9, root, files), /no quick fix 9/);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test("a file that holds something else is refused", async () => {
  const root = await mkdtemp(join(tmpdir(), "session-fixes-"));
  try {
    await writeFile(join(root, "f"), JSON.stringify({ namespace: "shop", fixes: [{ says: 1 }] }));
    await assert.rejects(readSessionFixes(join(root, "f")), /holds no quick fixes/);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
