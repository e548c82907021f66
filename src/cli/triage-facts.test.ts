import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { loadCluster } from "../incident/cluster/load-cluster.ts";
import { loadScenario } from "../incident/scenario.ts";
import { snapshotOf } from "../incident/snapshot.ts";
import { readText } from "./cluster/working-tree.ts";
import { readManifestFolder, triageFacts } from "./triage-facts.ts";

const scenarios = join(resolve(import.meta.dirname, "../../.."), "scenarios");

async function factsOf(id: string, quickFixes: boolean) {
  const scenario = await loadScenario(join(scenarios, id));
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  const files = await readManifestFolder(scenario.paths.repo);
  const repositoryText = await readText(scenario.paths.repo, new Set(files.keys()));
  return triageFacts({ snapshot, namespace: scenario.namespace, files, repositoryText, quickFixes });
}

test("findings come with the objects to look at and the line to change, shorter values too", async () => {
  const { causes, objects, places, fixes } = await factsOf("image-typo", true);
  assert.equal(causes.length, 1);
  assert.equal(objects[0], "deployment/catalog -n media");
  assert.deepEqual(
    places.map(({ path, text, candidates }) => [path, text.trim(), candidates.map((line) => line.trim())]),
    [
      [
        "deploy/catalog.yaml",
        "image: registry.internal/acme/catalog:3.2.1-alpnie",
        ["image: registry.internal/acme/catalog:3.2.0-alpine", "image: registry.internal/acme/catalog:3.1.4-alpine"],
      ],
    ],
  );
  assert.equal(fixes.length, 1);
});

test("without quick fixes none is named; a pod that was killed can be asked for its last log", async () => {
  const { fixes, pods, nearest } = await factsOf("oom-kill", false);
  assert.deepEqual(fixes, []);
  assert.match(pods[0] ?? "", /^payments-\S+ -n shop$/);
  assert.equal(nearest("paymnets"), "payments");
});

test("where the cluster cannot know a value the repository's own text is asked: an option's new name, the program that starts", async () => {
  const says = async (id: string) => (await factsOf(id, true)).fixes.map((fix) => fix.says.replace(/^.*: /, ""));
  assert.deepEqual(await says("bad-arguments"), ["--cache-size=50000 → --cache-entries=50000"]);
  assert.deepEqual(await says("command-not-found"), ["nodejs → node"]);
});

test("what is missing in a list is written behind its members", async () => {
  const { fixes, places } = await factsOf("rbac-denied", true);
  assert.match(fixes[0]?.says ?? "", /^Role roster, rules\[0\]\.verbs: get, list → get, list, watch$/);
  assert.deepEqual(places[0]?.candidates, ["    verbs: [get, list, watch]"]);
});
