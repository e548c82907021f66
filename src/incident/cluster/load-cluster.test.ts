import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { CloisterError, type ErrorCode } from "../../error.ts";
import { loadCluster } from "./load-cluster.ts";
import type { RecordedCluster } from "./recorded-cluster.ts";

const clusterYaml = 'recordedAt: "2026-03-04T12:00:00Z"\nserverVersion: v1.31.4\n';
const metadata = "metadata: {name: web, namespace: shop, uid: u1, creationTimestamp: '2026-03-04T11:00:00Z'}";
const pod = `apiVersion: v1\nkind: Pod\n${metadata}\nspec: {containers: [{name: app}, {name: app-previous}]}\n`;
const valid: Files = {
  "cluster.yaml": clusterYaml,
  "objects/core/v1/pods.yaml": pod,
  "logs/shop/web/app.log": "2026-03-04T11:59:00Z hello\n2026-03-04T11:59:01.5Z\n",
};

type Files = Readonly<Record<string, string>>;

async function withFolder<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-load-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function load(files: Files): Promise<RecordedCluster> {
  return withFolder(files, loadCluster);
}

async function refused(files: Files, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(load(files), (error: unknown) => {
    assert.ok(error instanceof CloisterError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

test("a whole folder is read", async () => {
  const cluster = await load(valid);
  assert.equal(cluster.serverVersion, "v1.31.4");
  assert.equal(cluster.recordedAt, Date.parse("2026-03-04T12:00:00Z"));
  assert.equal(cluster.objects.get("/v1/pods")?.[0]?.metadata.name, "web");
  assert.deepEqual(
    cluster.logs.get("shop/web/app/current")?.map(({ text }) => text),
    ["hello", ""],
  );
});

test("a container whose name ends in -previous is not mistaken for a run before", async () => {
  const cluster = await load({ ...valid, "logs/shop/web/app-previous.log": "2026-03-04T11:59:00Z a\n" });
  assert.deepEqual([...cluster.logs.keys()], ["shop/web/app-previous/current", "shop/web/app/current"]);
});

test("a List counts as its items, and the two forms of an event are one", async () => {
  const event = (api: string, name: string, of: string) =>
    `apiVersion: ${api}\nkind: Event\nmetadata: {name: ${name}, namespace: shop, uid: ${name}, creationTimestamp: '2026-03-04T11:00:00Z'}\n${of}: {kind: Pod, name: web}\n`;
  const cluster = await load({
    ...valid,
    "objects/core/v1/pods.yaml": `kind: List\napiVersion: v1\nitems:\n- ${pod.trimEnd().replaceAll("\n", "\n  ")}\n`,
    "objects/core/v1/events.yaml": event("v1", "a", "involvedObject"),
    "objects/events.k8s.io/v1/events.yaml": event("events.k8s.io/v1", "b", "regarding"),
  });
  assert.equal(cluster.objects.get("/v1/pods")?.length, 1);
  assert.deepEqual(
    cluster.objects.get("/v1/events")?.map(({ involvedObject }) => involvedObject),
    [
      { kind: "Pod", name: "web" },
      { kind: "Pod", name: "web" },
    ],
  );
});

test("what is missing is named", async () => {
  await refused({}, "missing", /cluster\.yaml cannot be read/);
  await refused({ "cluster.yaml": clusterYaml }, "missing", /The folder .*objects cannot be read/);
});

test("what is damaged is named with its place and what was expected", async () => {
  const cases: readonly (readonly [files: Files, message: RegExp])[] = [
    [{ "cluster.yaml": "recordedAt: yesterday\nserverVersion: v1.31.4\n" }, /cluster\.yaml: recordedAt: must be the RFC3339 instant/],
    [{ "cluster.yaml": `recordedAt: "2026-03-04T12:00:00Z"\n` }, /cluster\.yaml: serverVersion/],
    [{ "cluster.yaml": "a: [" }, /cluster\.yaml is not YAML/],
    [{ "objects/core/v1/pods.yaml": "a: [" }, /pods\.yaml, document 1 is not YAML/],
    [{ "objects/core/v1/pods.yaml": `${pod}---\nkind: Pod\napiVersion: v1\n` }, /pods\.yaml, document 2: metadata/],
    [{ "objects/core/v1/pods.yaml": pod.replace("kind: Pod", "kind: Node") }, /document 1: kind must be "Pod" in this file, and is "Node"/],
    [{ "objects/core/v1/pods.yaml": pod.replace("apiVersion: v1", "apiVersion: v2") }, /apiVersion must be "v1"/],
    [{ "objects/core/v1/pods.yaml": pod.replace("namespace: shop, ", "") }, /metadata\.namespace must be set in this file, and is absent/],
    [
      { "objects/core/v1/pods.yaml": pod.replace("'2026-03-04T11:00:00Z'", "noon") },
      /metadata\.creationTimestamp: must be an RFC3339 instant/,
    ],
    [{ "objects/core/v1/pods.yaml": pod.replace("name: web", "name: ../web") }, /metadata\.name: must be a name/],
    [{ "objects/core/v1/pods.yaml": pod.replace("uid: u1", "uid: u1, labels: {a: 1}") }, /metadata\.labels\.a: must be text: quote it/],
    [{ "objects/core/v1/pods.yaml": `${pod}---\n${pod}` }, /one name, shop\/web/],
    [{ "objects/core/v1/Pods.yml": pod }, /named for its resource/],
    [{ "logs/shop/web/app.log": "hello\n" }, /app\.log, line 1 must begin with an RFC3339 timestamp/],
    [{ "logs/shop/web/app.log": "2026-03-04T11:59:00Z a\n\n" }, /app\.log, line 2/],
    [{ "logs/shop/gone/app.log": "2026-03-04T11:59:00Z a\n" }, /no pod "gone" in the namespace "shop"/],
    [{ "logs/shop/web/db.log": "2026-03-04T11:59:00Z a\n" }, /one of the pod's containers \(app, app-previous\)/],
  ];
  for (const [files, message] of cases) await refused({ ...valid, ...files }, "damaged", message);
});

test("aliases cannot fill the memory", async () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(",")}]`);
  await refused({ ...valid, "objects/core/v1/pods.yaml": `${pod}a0: &a0 [x]\n${levels.join("\n")}\n` }, "damaged", /too many aliases/);
});

test("a link out of the folder is not followed", async () => {
  await withFolder(valid, async (folder) => {
    await symlink("/etc/hostname", join(folder, "logs/shop/web/app-previous.log"));
    const cluster = await loadCluster(folder);
    assert.deepEqual([...cluster.logs.keys()], ["shop/web/app/current"]);
  });
});
