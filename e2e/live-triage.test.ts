import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { createClusterApi, type ObservedRequest } from "../src/incident/cluster/cluster-api.ts";
import { kubeconfig } from "../src/incident/cluster/kubeconfig.ts";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";

/** `cloister triage`, `fix` and `check` as a user runs them: with real kubectl, which reads a recorded cluster over HTTP, and real git. */

const root = resolve(import.meta.dirname, "../..");
const scenario = join(root, "scenarios/oom-kill");

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A checkout of the service beside the served cluster; `cloister` runs in it. Skipped where there is no kubectl. */
async function withCluster(
  t: TestContext,
  use: (cloister: (...args: string[]) => Promise<Ran>, checkout: string, requests: readonly ObservedRequest[]) => Promise<void>,
): Promise<void> {
  const kubectl = process.env["CLOISTER_TEST_KUBECTL"]?.split(delimiter).at(-1);
  const path = [...(kubectl === undefined ? [] : [dirname(kubectl)]), process.env["PATH"] ?? ""].join(delimiter);
  const found = await promisify(execFile)("kubectl", ["version", "--client"], { env: { PATH: path } }).catch(() => undefined);
  if (found === undefined) return t.skip("no kubectl on this machine");
  const folder = await mkdtemp(join(tmpdir(), "cloister-live-"));
  const requests: ObservedRequest[] = [];
  const api = createClusterApi(await loadCluster(join(scenario, "cluster")), {
    now: Date.now,
    observe: (request) => requests.push(request),
    watchMs: 300,
  });
  const server = createServer(getRequestListener(api.fetch));
  try {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    const config = join(folder, "kubeconfig");
    await writeFile(config, kubeconfig({ server: `http://127.0.0.1:${port}`, namespace: "shop" }));
    const checkout = join(folder, "payments");
    await cp(join(scenario, "repo"), checkout, { recursive: true });
    const git = (...args: string[]) => promisify(execFile)("git", ["-C", checkout, ...args]);
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", "--all");
    await git("-c", "user.name=a", "-c", "user.email=a@acme.example", "commit", "--quiet", "--message=Begin");
    const env = { HOME: folder, KUBECONFIG: config, PATH: path };
    const cloister = (...args: string[]): Promise<Ran> =>
      new Promise((done) => {
        execFile(
          process.execPath,
          [join(root, "bin/cloister.js"), ...args],
          { env, cwd: checkout, timeout: 120_000 },
          (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
        );
      });
    await use(cloister, checkout, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(folder, { recursive: true, force: true });
  }
}

test("triage, fix and check find, mend and judge a fault of a cluster that kubectl reads; nothing but reads is asked of it", (t) =>
  withCluster(t, async (cloister, checkout, requests) => {
    const told = await cloister("triage");
    assert.equal(told.code, 1, told.stderr);
    assert.match(told.stdout, /^1\. container payments is killed because it needs more memory than its limit of 64Mi$/m);

    const unchanged = await cloister("check");
    assert.equal(unchanged.code, 1);
    assert.match(unchanged.stdout, /no manifest is changed\ncheck: failed\n$/);

    const fixes = await cloister("fix");
    assert.match(fixes.stdout, /^1\. deploy\/payments\.yaml: .*64Mi → 128Mi/m);
    assert.match(
      fixes.stdout,
      /^ {3}--- a\/deploy\/payments\.yaml\n {3}\+\+\+ b\/deploy\/payments\.yaml\n {3}@@ .*\n[^@]*^ {3}- +memory: 64Mi\n {3}\+ +memory: 128Mi$/m,
    );
    assert.equal((await cloister("fix", "1")).code, 0);
    assert.match(await readFile(join(checkout, "deploy/payments.yaml"), "utf8"), /memory: 128Mi/);
    const mended = await cloister("check");
    assert.deepEqual([mended.code, mended.stdout.trimEnd().split("\n").at(-1)], [0, "check: passed"], mended.stdout + mended.stderr);

    assert.ok(requests.length > 0);
    assert.deepEqual(
      requests.filter(({ method }) => method !== "GET"),
      [],
    );
  }));

test("check fails on a manifest that does not parse, and names the place", (t) =>
  withCluster(t, async (cloister, checkout) => {
    assert.equal((await cloister("fix", "1")).code, 0);
    await writeFile(join(checkout, "deploy/more.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [more\n");
    const broken = await cloister("check");
    assert.equal(broken.code, 1, broken.stderr);
    assert.match(broken.stdout, /^✗ not readable: deploy\/more\.yaml, line \d+: .*\n[^]*check: failed\n$/m);
    await rm(join(checkout, "deploy/more.yaml"));
    assert.equal((await cloister("check")).code, 0);
  }));

test("a cluster that does not answer is said, with what to do", (t) =>
  withCluster(t, async (cloister, checkout) => {
    const config = join(checkout, "..", "kubeconfig");
    await writeFile(config, kubeconfig({ server: "http://127.0.0.1:9", namespace: "shop" }));
    const { code, stdout, stderr } = await cloister("triage", "--kubeconfig", config);
    assert.equal(stdout, "");
    assert.equal(code, 4, "not the status of findings");
    assert.match(stderr, /kubectl cannot read the cluster: .*refused/);
  }));
