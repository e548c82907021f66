import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { checkChange } from "../../triage/check.ts";
import { readObjects, textAt } from "../../triage/kube-object.ts";
import { createSnapshot } from "../../triage/snapshot.ts";
import { findProgram } from "../../seal/programs.ts";
import { readTreeChange, type TreeChange } from "./working-tree.ts";

/** Which objects a working tree stands for: plain files, overlays of kustomize (real kubectl), charts (a stand-in for Helm). */

const deployment = (image: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec: { containers: [{ name: web, image: "${image}" }] }\n`;
const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { MODE: ${value} }\n`;

/** Prints the chart's one template with the one value of its values. */
const fakeHelm = `#!/bin/sh
tag=$(sed -n 's/^tag: //p' "$3/values.yaml")
sed "s/{{ .Values.tag }}/$tag/" "$3/templates/web.yaml"
`;

type Files = Readonly<Record<string, string>>;

async function write(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** The change from `before` to `before` with `edits` over it. `programs` are those on the PATH beside git and tar. */
async function changeOf(
  t: TestContext,
  before: Files,
  edits: Files,
  programs: readonly ("kubectl" | "helm")[] = [],
): Promise<TreeChange | undefined> {
  const searchPath = [dirname(process.env["CLOISTER_TEST_KUBECTL"]?.split(delimiter).at(-1) ?? "/none/x"), process.env["PATH"] ?? ""];
  const folder = await mkdtemp(join(tmpdir(), "tree-"));
  try {
    const bin = join(folder, "bin");
    await mkdir(bin);
    for (const name of ["git", "tar", ...programs.filter((one) => one !== "helm")]) {
      const found = await findProgram(name, searchPath.join(delimiter));
      if (found === undefined) return void t.skip(`no ${name} on this machine`);
      await symlink(found, join(bin, name));
    }
    if (programs.includes("helm")) {
      await writeFile(join(bin, "helm"), fakeHelm);
      await chmod(join(bin, "helm"), 0o755);
      for (const name of ["sed", "sh"]) await symlink((await findProgram(name, "/usr/bin:/bin")) ?? "", join(bin, name));
    }
    const root = join(folder, "repo");
    await mkdir(root);
    const env = { PATH: bin, HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
    const git = (...args: string[]) => promisify(execFile)("git", ["-C", root, ...args], { env });
    await write(root, before);
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", "--all");
    await git("-c", "user.name=a", "-c", "user.email=a@acme.example", "commit", "--quiet", "--message=Begin");
    await write(root, edits);
    const access = { root, manifests: undefined, namespace: "shop", env, signal: new AbortController().signal };
    return await readTreeChange(access, undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const imageOf = (side: TreeChange["after"] | undefined): string | undefined =>
  textAt(side?.objects.find(({ kind }) => kind === "Deployment")?.json, "spec", "template", "spec", "containers", 0, "image");
const namesOf = (side: TreeChange["after"] | undefined) => side?.objects.map(({ kind, name }) => `${kind}/${name}`);

test("plain files of several documents; what is no manifest is told apart, whatever its name", async (t) => {
  const change = await changeOf(
    t,
    { "deploy/web.yaml": `${deployment("web:1")}---\n${configMap("settings", "a")}`, "src/main.js": "1" },
    { "deploy/web.yaml": `${deployment("web:2")}---\n${configMap("settings", "a")}`, "src/grün main.js": "2" },
  );
  if (change === undefined) return;
  assert.deepEqual(namesOf(change.after), ["Deployment/web", "ConfigMap/settings"]);
  assert.deepEqual([imageOf(change.before), imageOf(change.after)], ["web:1", "web:2"]);
  assert.deepEqual(change.otherFiles, ["src/grün main.js"]);
});

test("a manifest that is not YAML, or holds no object, is named with its file and line; the others are read", async (t) => {
  const change = await changeOf(
    t,
    { "deploy/web.yaml": deployment("web:1") },
    {
      "deploy/a.yaml": "kind: Service\nmetadata:\n  name: web\n   labels: {}\n",
      "deploy/b.yaml": `${configMap("b", "x")}---\n# notes\n- 1\n- 2\n`,
      "deploy/c.yaml": `a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [${"*a, ".repeat(20)}*a]\nc: [${"*b, ".repeat(20)}*b]\n`,
    },
  );
  if (change === undefined) return;
  assert.deepEqual(
    change.after.problems.map(({ path, line }) => `${path}:${line}`),
    ["deploy/a.yaml:3", "deploy/b.yaml:7", "deploy/c.yaml:1"],
  );
  assert.deepEqual(namesOf(change.after), ["ConfigMap/b", "Deployment/web"]);
});

const kustomized: Files = {
  "deploy/base/kustomization.yaml": "resources: [web.yaml]\n",
  "deploy/base/web.yaml": deployment("web:1"),
  "deploy/prod/kustomization.yaml":
    "namespace: shop\nresources: [../base]\npatches: [{ path: patch.yaml }]\nimages: [{ name: web, newTag: '1.1' }]\nconfigMapGenerator: [{ name: made, files: [settings.txt], options: { disableNameSuffixHash: true } }]\n",
  "deploy/prod/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 3 }\n",
  "deploy/prod/settings.txt": "fast",
  "deploy/extra.yaml": configMap("extra", "a"),
};

test("an overlay counts as kustomize renders it, its base not beside it, files that it does not take in by themselves", async (t) => {
  const [file, text] = ["deploy/prod/kustomization.yaml", kustomized["deploy/prod/kustomization.yaml"] ?? ""];
  const edits = { [file]: text.replace("1.1", "1.2"), "deploy/prod/settings.txt": "slow" };
  const change = await changeOf(t, kustomized, edits, ["kubectl"]);
  if (change === undefined) return;
  assert.deepEqual(change.after.problems, []);
  assert.deepEqual(namesOf(change.after)?.sort(), ["ConfigMap/extra", "ConfigMap/made", "Deployment/web"]);
  assert.deepEqual([imageOf(change.before), imageOf(change.after)], ["web:1.1", "web:1.2"]);
  assert.deepEqual(change.otherFiles, [], "the overlay and what it is made of are manifests");
});

test("an overlay that cannot be rendered is a problem with its place, and what is wrong below it has its line", async (t) => {
  const edits = { "deploy/base/web.yaml": "kind: Deployment\nmetadata:\n  name: web\n   labels: {}\n" };
  const change = await changeOf(t, kustomized, edits, ["kubectl"]);
  if (change === undefined) return;
  const [syntax, rendering, ...more] = change.after.problems;
  assert.deepEqual([syntax?.path, syntax?.line, more], ["deploy/base/web.yaml", 3, []]);
  assert.equal(rendering?.path, "deploy/prod/kustomization.yaml");
  assert.match(rendering.says, /^kubectl cannot render it: .*web\.yaml/);
  assert.doesNotMatch(rendering.says, /\/tree-/);
});

const chart: Files = {
  "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "charts/web/values.yaml": "tag: '1'\n",
  "charts/web/templates/web.yaml": deployment("web:{{ .Values.tag }}"),
  "charts/loose.yaml": configMap("loose", "a"),
};

test("a chart counts as Helm renders it, and its files are manifests", async (t) => {
  const change = await changeOf(t, chart, { "charts/web/values.yaml": "tag: '2'\n" }, ["helm"]);
  if (change === undefined) return;
  assert.deepEqual([imageOf(change.before), imageOf(change.after)], ["web:'1'", "web:'2'"]);
  assert.deepEqual(namesOf(change.after)?.sort(), ["ConfigMap/loose", "Deployment/web"]);
  assert.deepEqual([change.otherFiles, change.after.problems], [[], []]);
});

test("without Helm a chart that stays is passed over, and one that changes is a problem", async (t) => {
  const stays = await changeOf(t, chart, { "charts/loose.yaml": configMap("loose", "b") });
  if (stays === undefined) return;
  assert.deepEqual([namesOf(stays.after), stays.after.problems], [["ConfigMap/loose"], []]);
  const changes = await changeOf(t, chart, { "charts/web/values.yaml": "tag: '2'\n" });
  assert.deepEqual(
    changes?.after.problems.map(({ path, says }) => `${path}: ${says}`),
    ["charts/web/Chart.yaml: the chart changes, and there is no helm to render it with"],
  );
});

test("a mistyped tag is mended through an overlay's list of images", async (t) => {
  const [file, text] = ["deploy/prod/kustomization.yaml", kustomized["deploy/prod/kustomization.yaml"] ?? ""];
  const change = await changeOf(t, { ...kustomized, [file]: text.replace("1.1", "1.l") }, { [file]: text }, ["kubectl"]);
  if (change === undefined) return;
  const live = (change.before.objects.find(({ kind }) => kind === "Deployment") ?? assert.fail()).json;
  const owner = (kind: string, name: string) => ({ apiVersion: "apps/v1", kind, name, controller: true });
  const set = (name: string, image: string, revision: string) => ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace: "shop",
      annotations: { "deployment.kubernetes.io/revision": revision },
      ownerReferences: [owner("Deployment", "web")],
    },
    spec: {
      replicas: 1,
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
    },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-b-1", namespace: "shop", labels: { app: "web" }, ownerReferences: [owner("ReplicaSet", "web-b")] },
    spec: { nodeName: "n", containers: [{ name: "web", image: "web:1.l" }] },
    status: {
      phase: "Pending",
      containerStatuses: [{ name: "web", ready: false, state: { waiting: { reason: "ImagePullBackOff", message: "web:1.l: not found" } } }],
    },
  };
  const objects = [live, set("web-a", "web:1.1", "1"), set("web-b", "web:1.l", "2"), pod].flatMap((one) => readObjects(one));
  const snapshot = createSnapshot({ now: 0, objects, covers: () => true, log: () => [] });
  const { before, after, otherFiles } = change;
  const result = checkChange(snapshot, ["shop"], { before: before.objects, after: after.objects, otherFiles });
  assert.deepEqual([result.ok, result.gone.map(({ fault }) => fault)], [true, ["image-not-found"]], JSON.stringify(result.stays));
});
