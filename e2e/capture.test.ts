import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import type { CaptureManifest } from "../src/incident/capture/manifest.ts";
import { createClusterApi } from "../src/incident/cluster/cluster-api.ts";
import { kubeconfig } from "../src/incident/cluster/kubeconfig.ts";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";
import { logKey, type RecordedCluster } from "../src/incident/cluster/recorded-cluster.ts";
import type { RecordedObject } from "../src/incident/cluster/recorded-object.ts";
import { loadScenario } from "../src/incident/scenario.ts";

/** `cloister incident capture` as a user runs it: real kubectl, over HTTP, from a cluster that holds secrets. */

const root = resolve(import.meta.dirname, "../..");
const password = "S3cret-Of-The-Database";
const token = "token-in-a-variable-9";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Stage {
  cloister(...args: string[]): Promise<Ran>;
  start(...args: string[]): ChildProcess;
  readonly folder: string;
  readonly methods: ReadonlySet<string>;
}

interface StageOptions {
  /** Paths that this user is forbidden to read. */
  readonly forbidden?: RegExp;
  /** Milliseconds before each answer. */
  readonly slow?: number;
}

/** oom-kill's cluster with a Secret, a variable that is one, and a pod that writes the password to its log. */
async function leakyCluster(): Promise<RecordedCluster> {
  const cluster = await loadCluster(join(root, "scenarios/oom-kill/cluster"));
  const objects = new Map(cluster.objects);
  objects.set("/v1/secrets", [
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: "db", namespace: "shop", uid: "5d0c1a52-0000-4000-8000-000000000001", creationTimestamp: "2026-03-01T00:00:00Z" },
      data: { password: Buffer.from(password).toString("base64") },
    },
  ]);
  const deployments = objects.get("apps/v1/deployments") ?? [];
  objects.set("apps/v1/deployments", deployments.map(withVariable));
  const [pod] = (objects.get("/v1/pods") ?? []).filter(({ metadata }) => metadata.name.startsWith("payments-"));
  assert.ok(pod);
  const logs = new Map(cluster.logs);
  const key = logKey("shop", pod.metadata.name, "payments", true);
  const lines = logs.get(key) ?? [];
  assert.ok(lines[0]);
  logs.set(key, [...lines, { ...lines[0], text: `cannot log in as shop with ${password}` }]);
  return { ...cluster, objects, logs };
}

function withVariable(deployment: RecordedObject): RecordedObject {
  const copy = structuredClone(deployment) as { spec: { template: { spec: { containers: { env?: object[] }[] } } } } & RecordedObject;
  for (const container of copy.spec.template.spec.containers)
    container.env = [...(container.env ?? []), { name: "RATES_TOKEN", value: token }];
  return copy;
}

async function withStage(t: TestContext, options: StageOptions, use: (stage: Stage) => Promise<void>): Promise<void> {
  const kubectl = process.env["CLOISTER_TEST_KUBECTL"]?.split(delimiter).at(-1);
  const path = [...(kubectl === undefined ? [] : [dirname(kubectl)]), process.env["PATH"] ?? ""].join(delimiter);
  const found = await promisify(execFile)("kubectl", ["version", "--client"], { env: { PATH: path } }).catch(() => undefined);
  if (found === undefined) return t.skip("no kubectl on this machine");
  const folder = await mkdtemp(join(tmpdir(), "cloister-capture-"));
  const methods = new Set<string>();
  const api = createClusterApi(await leakyCluster(), { now: Date.now });
  const fetch = async (request: Request): Promise<Response> => {
    methods.add(request.method);
    if (options.slow !== undefined) await new Promise((later) => setTimeout(later, options.slow));
    if (options.forbidden?.test(new URL(request.url).pathname) === true) {
      const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Forbidden", code: 403, message: "not for you" };
      return Response.json(status, { status: 403 });
    }
    return api.fetch(request);
  };
  const server = createServer(getRequestListener(fetch));
  try {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const config = join(folder, "kubeconfig");
    const { port } = server.address() as AddressInfo;
    await writeFile(config, kubeconfig({ server: `http://127.0.0.1:${port}`, namespace: "shop" }));
    await mkdir(join(folder, "work"));
    const settings = { env: { HOME: folder, KUBECONFIG: config, PATH: path }, cwd: join(folder, "work") };
    const command = (args: readonly string[]) => [join(root, "bin/cloister.js"), ...args];
    await use({
      folder: join(folder, "work"),
      methods,
      start: (...args) => spawn(process.execPath, command(args), { ...settings, stdio: ["ignore", "ignore", "pipe"] }),
      cloister: (...args) =>
        new Promise((done) => {
          execFile(process.execPath, command(args), { ...settings, timeout: 120_000 }, (error, stdout, stderr) =>
            done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
          );
        }),
    });
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(folder, { recursive: true, force: true });
  }
}

async function textOfAll(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

test("a captured namespace is a scenario: it loads, triage says of it what it says of the cluster, and no secret is in it", (t) =>
  withStage(t, {}, async ({ cloister, folder, methods }) => {
    const captured = await cloister("incident", "capture", "-n", "shop", "--out", "shop-monday");
    assert.equal(captured.code, 0, captured.stderr);
    assert.match(captured.stderr, /^pods: 8$/m);
    const scenario = await loadScenario(join(folder, "shop-monday"));
    assert.deepEqual([scenario.namespace, scenario.service, scenario.truth.fault], ["shop", "payments", "unknown"]);
    assert.equal((await stat(join(folder, "shop-monday"))).mode & 0o077, 0);

    const all = await textOfAll(join(folder, "shop-monday"));
    for (const secret of [password, Buffer.from(password).toString("base64"), token]) assert.ok(!all.includes(secret));
    const manifest = JSON.parse(await readFile(join(folder, "shop-monday/manifest.json"), "utf8")) as CaptureManifest;
    assert.deepEqual(
      manifest.redacted.objects.find(({ kind }) => kind === "Secret"),
      { kind: "Secret", namespace: "shop", name: "db", field: "data.password", why: "Secret" },
    );
    assert.deepEqual(
      manifest.redacted.logs.map(({ why, lines }) => ({ why, lines })),
      [{ why: "value of a Secret", lines: 1 }],
    );
    assert.equal(manifest.repository.from, "objects");

    const live = await cloister("triage", "-n", "shop", "--json");
    const recorded = await cloister("triage", "--scenario", "./shop-monday", "--json");
    assert.deepEqual(JSON.parse(recorded.stdout), JSON.parse(live.stdout));
    assert.deepEqual([...methods], ["GET"]);
  }));

test("a capture overwrites nothing, and leaves nothing where it fails", (t) =>
  withStage(t, {}, async ({ cloister, folder }) => {
    await mkdir(join(folder, "taken"));
    const taken = await cloister("incident", "capture", "-n", "shop", "--out", "taken");
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /taken is there already; a capture overwrites nothing/);
    const nowhere = await cloister("incident", "capture", "-n", "no-such-namespace", "--out", "new");
    assert.equal(nowhere.code, 3);
    assert.match(nowhere.stderr, /There is no namespace no-such-namespace/);
    const badName = await cloister("incident", "capture", "-n", "shop", "--out", "Not_A_Name");
    assert.equal(badName.code, 2);
    assert.deepEqual(await readdir(folder), ["taken"]);
  }));

test("kinds that this user may not list are left out and named; the rest is taken", (t) =>
  withStage(t, { forbidden: /\/(?:secrets|nodes)$|\/log$/ }, async ({ cloister, folder }) => {
    const captured = await cloister("incident", "capture", "-n", "shop", "--out", "shop-monday", "--json");
    assert.equal(captured.code, 0, captured.stderr);
    const manifest = JSON.parse(captured.stdout) as CaptureManifest;
    const why = (what: string) => manifest.leftOut.find((one) => one.what === what)?.why;
    assert.equal(why("secrets"), "this user may not list it");
    assert.equal(why("nodes"), "this user may not list it");
    assert.equal(manifest.logs.files, 0);
    assert.ok(manifest.leftOut.some(({ what }) => what.startsWith("log shop/")));
    await loadScenario(join(folder, "shop-monday"));
  }));

test("a user who may list nothing is told so", (t) =>
  withStage(t, { forbidden: /\/namespaces\/shop|\/services$/ }, async ({ cloister, folder }) => {
    const { code, stderr } = await cloister("incident", "capture", "-n", "shop", "--out", "new");
    assert.equal(code, 4);
    assert.match(stderr, /may list nothing in namespace shop/);
    assert.deepEqual(await readdir(folder), []);
  }));

test("Ctrl-C ends a capture and leaves nothing", (t) =>
  withStage(t, { slow: 200 }, async ({ start, folder }) => {
    const child = start("incident", "capture", "-n", "shop", "--out", "new");
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // The first list was read: it is in the middle of its work.
      if (said === "") child.kill("SIGINT");
      said += text;
    });
    const code = await new Promise((ended) => child.once("close", ended));
    assert.equal(code, 130, said);
    assert.deepEqual(await readdir(folder), []);
  }));

test("a repository's tracked files become the scenario's, without what is secret in them", (t) =>
  withStage(t, {}, async ({ cloister, folder }) => {
    const repo = join(folder, "..", "payments");
    const git = (...args: string[]) =>
      promisify(execFile)("git", ["-C", repo, ...args], { env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null" } });
    await mkdir(join(repo, "deploy"), { recursive: true });
    await writeFile(join(repo, "run.sh"), "#!/bin/sh\nexec node main.js\n", { mode: 0o755 });
    await writeFile(
      join(repo, "deploy/payments.yaml"),
      `apiVersion: v1\nkind: ConfigMap # kept\nmetadata: { name: a }\ndata: { url: "postgres://shop:${password}@db/shop" }\n`,
    );
    await git("init", "--quiet", "--initial-branch=trunk");
    await git("add", "--all");
    await git("-c", "user.name=a", "-c", "user.email=a@acme.example", "commit", "--quiet", "--message=Begin");
    await writeFile(join(repo, "untracked.txt"), "not taken");
    const captured = await cloister("incident", "capture", "-n", "shop", "--out", "shop-monday", "--repo", repo, "--service", "payments");
    assert.equal(captured.code, 0, captured.stderr);
    const { repository, paths } = await loadScenario(join(folder, "shop-monday"));
    assert.deepEqual(repository, { owner: "captured", name: "payments", defaultBranch: "trunk" });
    assert.deepEqual((await readdir(paths.repo)).sort(), ["deploy", "run.sh"]);
    assert.equal((await stat(join(paths.repo, "run.sh"))).mode & 0o100, 0o100);
    const text = await readFile(join(paths.repo, "deploy/payments.yaml"), "utf8");
    assert.match(text, /kind: ConfigMap # kept/);
    assert.match(text, /postgres:\/\/shop:REDACTED@db\/shop/);
  }));
