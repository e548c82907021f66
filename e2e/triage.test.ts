import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readText } from "../src/cli/cluster/working-tree.ts";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";
import { loadScenario, type Scenario } from "../src/incident/scenario.ts";
import { snapshotOf } from "../src/incident/snapshot.ts";
import { checkChange } from "../src/triage/check.ts";
import type { Finding } from "../src/triage/finding.ts";
import { proposeFixes } from "../src/triage/fixes.ts";
import { fieldText, refText } from "../src/triage/kube-object.ts";
import { readManifests } from "../src/triage/manifests.ts";
import { renderFindings } from "../src/triage/render.ts";
import { triage } from "../src/triage/triage.ts";

/** Triage, check and quick fixes over every scenario of the package: the fault is named, right fixes pass, wrong ones do not. */

const root = resolve(import.meta.dirname, "../../scenarios");
const ids = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

interface Case {
  readonly scenario: Scenario;
  readonly findings: readonly Finding[];
  readonly namespaces: readonly string[];
  readonly snapshot: ReturnType<typeof snapshotOf>;
}

async function open(id: string): Promise<Case> {
  const scenario = await loadScenario(join(root, id));
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  // Where the service stands, and where its manifests put something.
  const manifests = readManifests(await yamlFiles(scenario.paths.repo), scenario.namespace).objects;
  const namespaces = [...new Set([scenario.namespace, ...manifests.flatMap(({ namespace }) => namespace ?? [])])];
  return { scenario, snapshot, namespaces, findings: namespaces.flatMap((namespace) => triage(snapshot, namespace)) };
}

/** The manifests of a folder by path. */
async function yamlFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(join(folder, "deploy"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name) || /^kustomization\.ya?ml$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  }
  return files;
}

/** What differs in files beside the manifests, by path. */
async function otherFiles(before: string, after: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", ["diff", "--no-index", "--name-only", before, after]).catch(
    (failed: { stdout: string }) => failed,
  );
  return stdout
    .split("\n")
    .filter((path) => path !== "" && !/\/deploy\/[^/]*\.ya?ml$/.test(path) && !path.includes("/.git/"))
    .map((path) => path.slice(path.indexOf(after) === -1 ? 0 : after.length));
}

for (const id of ids) {
  test(`${id}: triage names the cause among its first three findings, or finds nothing where nothing is wrong`, async () => {
    const { scenario, findings } = await open(id);
    const told = findings.map((finding) => `${refText(finding.object)} ${fieldText(finding.field)}`);
    assert.ok(renderFindings(findings).length < 2200, "short enough for a small model");
    if (scenario.truth.causes.length === 0) return assert.deepEqual(told, []);
    for (const cause of scenario.truth.causes) {
      if ("code" in cause) continue;
      const wanted = `${refText({ kind: cause.kind, namespace: cause.namespace, name: cause.name })} ${fieldText(cause.field)}`;
      assert.ok(told.slice(0, 3).includes(wanted), `${wanted} is not among ${JSON.stringify(told.slice(0, 3))}`);
    }
  });

  test(`${id}: the check passes every right fix and no wrong one`, async () => {
    const { scenario, snapshot, namespaces } = await open(id);
    if (scenario.truth.causes.some((cause) => "code" in cause)) return;
    const before = readManifests(await yamlFiles(scenario.paths.repo), scenario.namespace).objects;
    const repositoryText = await readText(scenario.paths.repo, new Set((await yamlFiles(scenario.paths.repo)).keys()));
    for (const kind of ["right", "wrong"] as const)
      for (const patch of await readdir(join(scenario.folder, "verify", kind)).catch(() => [])) {
        const folder = await mkdtemp(join(tmpdir(), `check-${id}-`));
        try {
          await cp(scenario.paths.repo, folder, { recursive: true });
          await promisify(execFile)("git", ["init", "--quiet"], { cwd: folder });
          await promisify(execFile)("git", ["apply", join(scenario.folder, "verify", kind, patch)], { cwd: folder });
          const after = readManifests(await yamlFiles(folder), scenario.namespace);
          const result = checkChange(snapshot, namespaces, {
            before,
            after: after.objects,
            otherFiles: await otherFiles(scenario.paths.repo, folder),
            repositoryText,
          });
          const why = JSON.stringify({
            stays: result.stays.map((one) => `${one.fault}: ${one.why}`),
            appears: result.appears.map(({ says }) => says),
            refused: result.refused.map(({ says }) => says),
          });
          assert.equal(result.ok && after.problems.length === 0, kind === "right", `${kind}/${patch}: ${why}`);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }
  });

  test(`${id}: a quick fix changes one value of one file, and passes the check`, async () => {
    const { scenario, snapshot, namespaces, findings } = await open(id);
    const files = await yamlFiles(scenario.paths.repo);
    const fixes = proposeFixes(snapshot, namespaces, findings, { files, namespace: scenario.namespace });
    assert.ok(fixes.length <= 3);
    if (scenario.truth.causes.length === 0) assert.equal(fixes.length, 0);
    for (const { path, after, check } of fixes) {
      const before = files.get(path)?.split("\n") ?? [];
      assert.equal(after.split("\n").filter((line, at) => line !== before[at]).length, 1, "one line");
      assert.ok(check.gone.length > 0 && check.appears.length === 0 && check.refused.length === 0);
    }
  });
}
